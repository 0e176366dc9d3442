import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { connect, contextPool } from './connection';
import { isAway, isEnvironmental } from './environment';
import { PgDatabase } from '../transactions/pg-database';

/** What Postgres itself says when it cannot serve, by each of the ways in which the shop asks. */
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

  const fresh = (url = shop.url) => {
    const one = new PgDatabase('catalog', contextPool(url, 'catalog', { connectionTimeoutMillis: 1_000 }));
    opened.push(one);
    return one;
  };
  const away = async (db: PgDatabase, sql = 'select 1') => {
    for (const ask of [() => db.query(sql), () => db.transaction(() => db.query(sql))]) {
      const error = await ask().then(
        () => new Error('it answered'),
        (refused: Error) => refused,
      );
      expect([error.message, isAway(error), isEnvironmental(error)]).toEqual([error.message, true, true]);
    }
  };
  const elsewhere = (sql: string) => onServer(shop.url, name, sql);

  it('takes no connections', async () => {
    await elsewhere(`alter database ${name} with allow_connections false`);
    await away(fresh());
    await elsewhere(`alter database ${name} with allow_connections true`);
  });

  it('has no connection left', async () => {
    await shop.admin(`create role visitor login nosuperuser password 'visitor'`).catch(() => undefined);
    await shop.admin('grant shop_catalog to visitor');
    await elsewhere(`alter database ${name} with connection limit 0`);
    await away(fresh(shop.url.replace(/\/\/[^@]*@/, '//visitor:visitor@')));
    await shop.admin('drop owned by visitor; drop role visitor');
  });

  it('only reads', async () => {
    await shop.admin(`alter database ${name} set default_transaction_read_only = on`);
    await away(fresh(), `update products set version = version where false`);
  });

  it('is not there', async () => {
    await away(fresh(shop.url.replace(`/${name}?`, '/no_such_database?')));
  });

  it('is a server that is not there', async () => {
    await away(fresh('postgres://nobody@127.0.0.1:9/shop'));
  });

  it('has its pool in use by others', async () => {
    const db = fresh();
    const busy = Array.from({ length: 4 }, () => db.query('select pg_sleep(4)'));
    await away(db);
    await Promise.all(busy);
  }, 15_000);

  it('is not blamed for a table that is missing: that is ours to mend', async () => {
    const error = await fresh()
      .query('select from no_such_table')
      .catch((refused: Error) => refused);
    expect([isAway(error), isEnvironmental(error)]).toEqual([false, true]);
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
