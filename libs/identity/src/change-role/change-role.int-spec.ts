import type { PgDatabase } from '#database';
import { SystemIds } from '#platform/system';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Account } from '../model/account.entity';
import { Accounts } from '../model/accounts.store';
import { Sessions } from '../model/sessions.store';
import { ChangeRole, ChangeRoleHandler } from './change-role.command';

const ids = new SystemIds();
let test: TestDatabase;
let db: PgDatabase;
let accounts: Accounts;

beforeAll(async () => {
  test = await testDatabase();
  db = test.of('identity');
  await db.use([Account]);
  accounts = new Accounts(db);
});
afterAll(() => test.drop());

async function somebody(role: Account['role']) {
  const account = { id: ids.next(), email: `${ids.next()}@example.com`, name: 'Bình', passwordHash: 'none', role };
  await accounts.add({ ...account, locale: 'vi', createdAt: new Date() });
  return account;
}
const change = (id: string, role: Account['role']) =>
  new ChangeRoleHandler(db, accounts).execute(new ChangeRole(id, role));

describe('Changing a role', () => {
  it.each(['barista', 'manager', 'auditor', 'admin'] as const)(
    'gives an account the role %s, and ends its sessions',
    async (role) => {
      const account = await somebody('customer');
      const sessions = new Sessions(db);
      const [id, endsAt] = [ids.next(), new Date(Date.now() + 3_600_000)];
      await sessions.open({ id, account, userAgent: null, tokenHash: Buffer.from(id), expiresAt: endsAt, endsAt });
      await change(account.id, role);
      expect((await accounts.byId(account.id))!.role).toBe(role);
      expect((await sessions.states([id])).get(id)).toEqual({ open: false, role });
    },
  );

  it('leaves one admin, also when the roles of two admins are changed at once', async () => {
    await db.query(`update accounts set role = 'customer' where role = 'admin'`);
    const [an, binh] = [await somebody('admin'), await somebody('admin')];
    const results = await Promise.allSettled([change(an.id, 'manager'), change(binh.id, 'manager')]);
    const refused = results
      .filter((one) => one.status === 'rejected')
      .map(({ reason }) => (reason as { code: string }).code);
    expect(refused).toEqual(['LAST_ADMIN']);
  });

  it('fails if the account does not exist', async () => {
    await expect(change(ids.next(), 'barista')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
