import type { QueryRunner } from 'typeorm';
import { hash } from '@node-rs/argon2';
import { earlierEmailKey, passwordForm } from '#kernel';
import type { PgDatabase } from '#database';
import { SystemIds } from '#platform/system';
import { OneKeyAMailbox1797000000950 } from '../../../../migrations/identity/1797000000950-one-key-a-mailbox';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { LogIn, LogInHandler, type SessionOpener } from '../log-in/log-in.command';
import { Account } from './account.entity';
import { Accounts } from './accounts.store';
import { CredentialsInvalid, EmailTaken } from './identity-errors';
import { Passwords } from './passwords.adapter';

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

const newAccount = (email: string, passwordHash = 'none') => ({
  ...{ id: ids.next(), email, passwordHash, name: 'Bình', role: 'customer' as const, locale: 'vi' as const },
  createdAt: new Date(),
});

/** An account as an earlier build stored it. */
const storeEarlierAccount = async (email: string, passwordHash?: string): Promise<string> => {
  const account = newAccount(email, passwordHash);
  await db.entities.insert(Account, { ...account, emailKey: earlierEmailKey(email) });
  return account.id;
};

const runMigration = () =>
  new OneKeyAMailbox1797000000950().up({
    query: (sql: string, values?: unknown[]) => db.query(sql, values),
  } as unknown as QueryRunner);

describe('Accounts that an earlier build has stored', () => {
  it('are found by every spelling of their address, and prevent a second account', async () => {
    const greek = await storeEarlierAccount('ΣΑΣ@Example.com');
    const german = await storeEarlierAccount('an@Bücher.de');
    expect(await accounts.byEmail('σασ@example.com')).toBeNull();
    await runMigration();
    for (const email of ['ΣΑΣ@example.com', 'σασ@example.com', 'σας@example.com'])
      expect((await accounts.byEmail(email))?.id).toBe(greek);
    for (const email of ['an@bücher.de', 'AN@xn--bcher-kva.de'])
      expect((await accounts.byEmail(email))?.id).toBe(german);
    await expect(accounts.add(newAccount('σασ@example.com'))).rejects.toThrow(EmailTaken);
    await runMigration(); // a second run changes nothing
    expect((await accounts.byEmail('ΣΑΣ@example.com'))?.id).toBe(greek);
  });

  it('stay two accounts if the earlier build allowed two for one mailbox; each is found by its own spelling', async () => {
    const first = await storeEarlierAccount('binh@bücher.example');
    const second = await storeEarlierAccount('binh@xn--bcher-kva.example');
    await runMigration();
    expect((await accounts.byEmail('binh@bücher.example'))?.id).toBe(first);
    expect((await accounts.byEmail('binh@xn--bcher-kva.example'))?.id).toBe(second);
    await expect(accounts.add(newAccount('BINH@BÜCHER.example'))).rejects.toThrow(EmailTaken);
  });
});

describe('A password that an earlier build stored as it was typed', () => {
  it('is stored in its normal form after the next log-in, and not before', async () => {
    const typed = 'Mật khẩu đủ dài'.normalize('NFD').replace(/ /g, '\u3000');
    await storeEarlierAccount('old@example.com', await hash(typed));
    const sessionOpener = { openSession: async () => ({}) } as unknown as SessionOpener;
    const logIn = (password: string) =>
      new LogInHandler(accounts, new Passwords(), sessionOpener).execute(
        new LogIn('old@example.com', password, { userAgent: null, guest: undefined }),
      );
    const composed = passwordForm(typed);
    await expect(logIn(composed)).rejects.toThrow(CredentialsInvalid);
    await expect(logIn(`${typed}x`)).rejects.toThrow(CredentialsInvalid);
    await expect(logIn(composed)).rejects.toThrow(CredentialsInvalid);
    await logIn(typed);
    for (const spelling of [composed, typed, composed.normalize('NFD')]) await logIn(spelling);
  });
});
