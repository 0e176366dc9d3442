import { checkSessions, connect, UnusableSessions } from '#database';
import { inParallel, makeGuest, placeOrder, waitForOutcome, productNamed } from '../support/buyers';
import { expectStatus } from '../support/people';
import { startShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { hasPgbouncer, openPooler, type Pooler, type PoolerOptions } from './support/pooler';

const open: Pooler[] = [];

async function sleepOnce(url: string): Promise<void> {
  const client = await connect(url, 'test');
  await client.query('select pg_sleep(0.3)').finally(() => client.end());
}

describe('A connection pooler in front of the database', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await testDatabase()));
  afterEach(() => Promise.all(open.splice(0).map((one) => one.close())));
  afterAll(() => database.drop());

  const pooler = async (options: PoolerOptions) => {
    const one = await openPooler(database.url, options);
    open.push(one);
    return one;
  };
  const check = (databaseUrl: string, databaseUrlLeadership?: string) =>
    checkSessions({ databaseUrl, databaseUrls: {}, databaseUrlLeadership }, ['ordering']);

  it('that is absent is not reported, and the check takes almost no time', async () => {
    await check(database.url);
    const begun = performance.now();
    for (let round = 0; round < 10; round++) await check(database.url);
    expect((performance.now() - begun) / 10).toBeLessThan(100); // about 10 ms on a quiet machine
  });

  it('is not checked if the URL for leadership leads to another database', async () => {
    const other = await testDatabase({ empty: true });
    await expect(check(database.url, other.url)).rejects.toThrow('DATABASE_URL_LEADERSHIP leads to another database');
    await check(database.url, database.url.replace('?', '?application_name=x&'));
    await other.drop();
  });

  if (!hasPgbouncer) {
    console.warn('There is no pgbouncer here: apt-get install pgbouncer. Nothing was tested with a real pooler.');
    it('IS NOT TESTED, because pgbouncer is not installed', () => expect(hasPgbouncer).toBe(false));
    return;
  }

  it('in transaction mode is refused at the start, with a clear message', async () => {
    const { url } = await pooler({ mode: 'transaction', ignoresOptions: true });
    for (let round = 0; round < 20; round++) {
      const refused = await check(url).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(UnusableSessions);
      expect((refused as Error).message).toMatch(/^DATABASE_URL leads to a connection pooler that shares connections/);
    }
    const message = await startShop({ env: { DATABASE_URL: url } }).catch((error: Error) => error.message);
    expect(message).toMatch(/set pool_mode = session there, or let DATABASE_URL lead to Postgres itself/);
    expect(message).not.toMatch(/\n\s+at /); // no stack
  }, 120_000);

  it('in statement mode is refused at the start too', async () => {
    const { url } = await pooler({ mode: 'statement', ignoresOptions: true, inTurn: true });
    await Promise.all([sleepOnce(url), sleepOnce(url)]); // now the pooler has two backends
    const refused = await check(url).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UnusableSessions);
    expect((refused as Error).message).toMatch(/^DATABASE_URL leads to a connection pooler that shares connections/);
    expect((refused as Error).message).toContain('transaction blocks not allowed in statement pooling mode');
  });

  it('that refuses the settings of a connection is refused at the start, with a clear message', async () => {
    const { url } = await pooler({ mode: 'transaction', ignoresOptions: false });
    await expect(check(url)).rejects.toThrow('set ignore_startup_parameters = options and pool_mode = session');
    const session = await pooler({ mode: 'session', ignoresOptions: false });
    await expect(check(session.url)).rejects.toThrow('set ignore_startup_parameters = options and pool_mode = session');
  });

  it('is refused also on the URL for leadership', async () => {
    const { url } = await pooler({ mode: 'transaction', ignoresOptions: true });
    await expect(check(database.url, url)).rejects.toThrow('DATABASE_URL_LEADERSHIP leads to a connection pooler');
  });

  it.each([
    ['for all connections', {}],
    ['with a leadership connection that does not use it', { clientIdleTimeout: 60 }],
  ])(
    'in session mode works for a whole order, %s',
    async (_, more) => {
      const own = await testDatabase({ empty: true });
      const pooled = await openPooler(own.url, { mode: 'session', ignoresOptions: true, ...more });
      open.push(pooled);
      const env = {
        DATABASE_URL: pooled.url,
        ...('clientIdleTimeout' in more && { DATABASE_URL_LEADERSHIP: own.url }),
      };
      const shop = await startShop({ env });
      try {
        const coffee = await productNamed(shop, 'ca-phe-sua-da');
        const orders = await inParallel(3, async (n) => {
          const buyer = await makeGuest(shop, `pool${n}`, {
            variantId: coffee.variantId,
            quantity: 1,
            modifiers: coffee.choices.map(({ options }) => ({ optionId: options[0].id })),
          });
          const placed = expectStatus(201, await placeOrder(shop, buyer));
          return waitForOutcome(shop, buyer, placed.body.data.id);
        });
        expect(orders.map(({ status }) => status)).toEqual(['confirmed', 'confirmed', 'confirmed']);
        const owners = await own.admin<{ owner: string }>(
          `select distinct tableowner as owner from pg_tables where schemaname = 'ordering'`,
        );
        expect(owners).toEqual([{ owner: 'shop_ordering_owner' }]); // migrations ran as the context's owner
      } finally {
        await shop.stop();
        await own.drop();
      }
    },
    180_000,
  );
});
