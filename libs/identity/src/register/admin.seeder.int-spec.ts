import { AuditTrail } from '#platform/audit';
import type { Config } from '#platform/config';
import type { PgDatabase } from '#database';
import { SeedRefused } from '#platform/serve';
import { SystemClock, SystemIds } from '#platform/system';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Account } from '../model/account.entity';
import { Accounts } from '../model/accounts.store';
import { EmailTaken } from '../model/identity-errors';
import { Passwords } from '../model/passwords.adapter';
import { Sessions } from '../model/sessions.store';
import { AdminSeeder } from './admin.seeder';

const ids = new SystemIds();
const clock = new SystemClock();
const passwords = new Passwords();
const LATER = new Date(Date.now() + 3_600_000);
let test: TestDatabase;
let db: PgDatabase;
let accounts: Accounts;
let sessions: Sessions;
let trail: AuditTrail;

beforeAll(async () => {
  test = await testDatabase();
  db = test.of('identity');
  await db.use([Account]);
  accounts = new Accounts(db);
  sessions = new Sessions(db);
  trail = new AuditTrail(test.of('audit'));
});
afterAll(() => test.drop());

const seeder = (adminEmail: string, adminPassword: string, store = accounts) =>
  new AdminSeeder({ adminEmail, adminPassword } as Config, store, passwords, trail, clock, ids);

const addAccount = async (email: string, password: string, role: Account['role'] = 'customer') => {
  const account = { id: ids.next(), email, name: 'Ai đó', passwordHash: await passwords.hash(password), role };
  await accounts.add({ ...account, locale: 'vi', createdAt: new Date() });
  return (await accounts.byEmail(email))!;
};

const openSession = async (account: Account) => {
  const id = ids.next();
  const token = Buffer.from(ids.next());
  await sessions.open({ id, account, userAgent: null, tokenHash: token, expiresAt: LATER, endsAt: LATER });
  return id;
};
const isOpen = async (id: string) => (await sessions.states([id])).get(id)?.open;
const auditEntriesOf = async (target: string) =>
  (await trail.list({ target }, 10)).map(({ operation, actor, status }) => [operation, actor.split(':')[0], status]);

describe('The admin of ADMIN_EMAIL', () => {
  it('exists once after two starts, and can log in', async () => {
    await seeder('boss@shop.example', 'a-long-Password-1').seed();
    const boss = (await accounts.byEmail('boss@shop.example'))!;
    expect(boss).toMatchObject({ role: 'admin', seeded: true });
    const session = await openSession(boss);
    await seeder('BOSS@shop.example', 'a-long-Password-1').seed();
    expect(await isOpen(session)).toBe(true); // nothing was changed
    expect(await auditEntriesOf(boss.id)).toEqual([['addAdmin', 'os', 200]]);
  });

  it('is never an account that somebody else registered: the start fails and says what to do', async () => {
    const stranger = await addAccount('owner@shop.example', 'a-strangers-Password');
    const session = await openSession(stranger);
    const start = seeder('Owner@Shop.example', 'a-long-Password-1').seed();
    await expect(start).rejects.toThrow(SeedRefused);
    await expect(start).rejects.toThrow(/ADMIN_EMAIL.*customer.*erase user/);
    expect(await accounts.byEmail('owner@shop.example')).toEqual(stranger);
    expect(await isOpen(session)).toBe(true);
  });

  it('is never an account that somebody else registered at the same moment', async () => {
    const racingAccounts = Object.assign(new Accounts(db), {
      add: async () => {
        await addAccount('quick@shop.example', 'a-strangers-Password');
        throw new EmailTaken();
      },
    });
    await expect(seeder('quick@shop.example', 'a-long-Password-1', racingAccounts).seed()).rejects.toThrow(SeedRefused);
    expect((await accounts.byEmail('quick@shop.example'))!.role).toBe('customer');
  });

  it('loses the sessions of the former password when the password is changed', async () => {
    await seeder('changed@shop.example', 'the-leaked-Password').seed();
    const before = (await accounts.byEmail('changed@shop.example'))!;
    const session = await openSession(before);
    await seeder('changed@shop.example', 'another-Password-1').seed();
    expect(await isOpen(session)).toBe(false);
    const after = (await accounts.byEmail('changed@shop.example'))!;
    expect(await passwords.matches('another-Password-1', after.passwordHash)).toBe(true);
    expect(await auditEntriesOf(after.id)).toEqual([
      ['changeAdmin', 'os', 200],
      ['addAdmin', 'os', 200],
    ]);
    // The former password was checked just before the change. After the change, this log-in gets no session.
    await expect(openSession(before)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
  });

  it('can be an existing admin with this password, whose sessions end once', async () => {
    const admin = await addAccount('granted@shop.example', 'a-long-Password-1', 'admin');
    const session = await openSession(admin);
    await expect(seeder('granted@shop.example', 'another-Password-1').seed()).rejects.toThrow(SeedRefused);
    expect(await isOpen(session)).toBe(true);
    await seeder('granted@shop.example', 'a-long-Password-1').seed();
    expect(await isOpen(session)).toBe(false);
    const again = await openSession((await accounts.byEmail('granted@shop.example'))!);
    await seeder('granted@shop.example', 'a-long-Password-1').seed();
    expect(await isOpen(again)).toBe(true);
  });
});

describe('An account whose role or password changes', () => {
  it('keeps no session except the one that changed the password', async () => {
    const account = await addAccount('many@shop.example', 'a-long-Password-1');
    const [own, other] = [await openSession(account), await openSession(account)];
    await accounts.change(account.id, { passwordHash: await passwords.hash('another-Password-1') }, own);
    expect([await isOpen(own), await isOpen(other)]).toEqual([true, false]);
    await accounts.change(account.id, { role: 'barista' });
    expect(await isOpen(own)).toBe(false);
  });
});
