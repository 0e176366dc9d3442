import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { isUnreachable } from './environment';
import { DatabaseRefused } from './refused';
import { checkSessions } from './sessions';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase({ empty: true })));
afterAll(() => database.drop());

/** A database that does not exist on this server. */
const missing = () => database.url.replace(/\/test_\w+/, '/no_such_database');

describe('A database that refuses the login at the start', () => {
  it.each([
    ['DATABASE_URL', () => ({ databaseUrl: missing(), databaseUrls: {} })],
    ['DATABASE_URL_CART', () => ({ databaseUrl: database.url, databaseUrls: { cart: missing() } })],
    [
      'DATABASE_URL_LEADERSHIP',
      () => ({ databaseUrl: database.url, databaseUrls: {}, databaseUrlLeadership: missing() }),
    ],
  ])('is named by its variable: %s', async (name, config) => {
    const refused = await checkSessions(config(), ['cart', 'ordering']).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DatabaseRefused);
    expect((refused as Error).message).toBe(
      `The database at ${name} refuses us (database "no_such_database" does not exist): check ${name}`,
    );
    expect(isUnreachable(refused)).toBe(true); // the wrapped error counts, too
  });
});
