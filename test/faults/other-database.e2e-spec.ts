import { startShop, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';

describe('A second shop whose DATABASE_URL_CUSTOMERS leads to another database than that of the first shop', () => {
  let main: TestDatabase;
  let right: TestDatabase;
  let wrong: TestDatabase;
  let shop: RunningShop | undefined;

  beforeAll(async () => {
    [main, right] = await Promise.all([testDatabase(), testDatabase({ empty: true })]);
    wrong = await testDatabase({ empty: true });
  });
  afterAll(async () => {
    await shop?.stop();
    await Promise.all([main, right, wrong].map((one) => one.drop()));
  });

  const start = (customers: TestDatabase) =>
    startShop({ env: { DATABASE_URL: main.url, DATABASE_URL_CUSTOMERS: customers.url } });

  it('stops with a clear message, and starts when it is configured correctly', async () => {
    shop = await start(right);
    const result = await start(wrong).then(
      async (second) => `it started, ${await second.stop()}`,
      (error: Error) => error.message,
    );
    expect(result).toMatch(
      /customers: this process uses another database than instance \d+, which is alive: check DATABASE_URL_CUSTOMERS\./,
    );
    expect(result).not.toMatch(/\n\s+at /); // no stack
    expect(await wrong.admin('select 1 from customers.subscriptions')).toEqual([]);
    await (await start(right)).stop();
  }, 120_000);
});
