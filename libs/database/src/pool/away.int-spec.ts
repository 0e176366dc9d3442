import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { connect, contextPool } from './connection';
import { isUnreachable, isEnvironmental } from './environment';
import { PgDatabase } from '../transactions/pg-database';

/** Tests the real errors of Postgres, with a single query and with a transaction. */
describe('A database that cannot serve', () => {
  let shop: TestDatabase;
  let name: string;
  const opened: PgDatabase[] = [];

  beforeEach(async () => {
    shop = await testDatabase();
    [{ name }] = (await shop.admin<{ name: string }>('select current_database() as name')) as [{ name: string }];
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await shop.drop();
  });

  const openDatabase = (url = shop.url) => {
    const one = new PgDatabase('catalog', contextPool(url, 'catalog', { connectionTimeoutMillis: 1_000 }));
    opened.push(one);
    return one;
  };
  const expectAway = async (db: PgDatabase, sql = 'select 1') => {
    for (const ask of [() => db.query(sql), () => db.transaction(() => db.query(sql))]) {
      const error = await ask().then(
        () => new Error('it answered'),
        (refused: Error) => refused,
      );
      expect([error.message, isUnreachable(error), isEnvironmental(error)]).toEqual([error.message, true, true]);
    }
  };
  const onPostgresDatabase = (sql: string) => onServer(shop.url, name, sql);

  it('allows no connections', async () => {
    await onPostgresDatabase(`alter database ${name} with allow_connections false`);
    await expectAway(openDatabase());
    await onPostgresDatabase(`alter database ${name} with allow_connections true`);
  });

  it('has no free connection', async () => {
    await shop.admin(`create role visitor login nosuperuser password 'visitor'`).catch(() => undefined);
    await shop.admin('grant shop_catalog to visitor');
    await onPostgresDatabase(`alter database ${name} with connection limit 0`);
    await expectAway(openDatabase(shop.url.replace(/\/\/[^@]*@/, '//visitor:visitor@')));
    await shop.admin('drop owned by visitor; drop role visitor');
  });

  it('is read-only', async () => {
    await shop.admin(`alter database ${name} set default_transaction_read_only = on`);
    await expectAway(openDatabase(), `update products set version = version where false`);
  });

  it('does not exist', async () => {
    await expectAway(openDatabase(shop.url.replace(`/${name}?`, '/no_such_database?')));
  });

  it('has a server that does not run', async () => {
    await expectAway(openDatabase('postgres://nobody@127.0.0.1:9/shop'));
  });

  it('has no free connection in its pool', async () => {
    const db = openDatabase();
    const busy = Array.from({ length: 4 }, () => db.query('select pg_sleep(4)'));
    await expectAway(db);
    await Promise.all(busy);
  }, 15_000);

  it('differs from a database in which only a table is missing', async () => {
    const error = await openDatabase()
      .query('select from no_such_table')
      .catch((refused: Error) => refused);
    expect([isUnreachable(error), isEnvironmental(error)]).toEqual([false, true]);
  });
});

async function onServer(url: string, name: string, sql: string): Promise<void> {
  const client = await connect(url.replace(`/${name}?`, '/postgres?'), 'test');
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
