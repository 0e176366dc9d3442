import { contextPool } from '../pool/connection';
import { PgDatabase } from './pg-database';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';

describe('A broken connection', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ empty: true });
  });
  afterAll(() => database.drop());

  it('fails the query of its user, and never raises an unhandled error', async () => {
    const { pool } = database.of('cart');
    const listeners: number[] = [];
    pool.on('acquire', (client) => {
      // an error can come with the last data, before the next user of the connection adds a listener
      process.nextTick(() => listeners.push(client.listenerCount('error')));
    });
    await Promise.all(Array.from({ length: 12 }, () => pool.query('select 1')));
    expect(listeners).toHaveLength(12);
    expect(Math.min(...listeners)).toBeGreaterThan(0);

    const client = await pool.connect();
    const { rows } = await client.query('select pg_backend_pid() as pid');
    const ended = new Promise((resolve) => client.once('end', resolve));
    await database.admin('select pg_terminate_backend($1)', [rows[0].pid]);
    await ended;
    await expect(client.query('select 1')).rejects.toThrow('not queryable');
    client.release(true);
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('that gets no answer is closed, without a ROLLBACK', async () => {
    const sentTexts: string[] = [];
    const pool = contextPool(database.url, 'cart', { query_timeout: 300, allowExitOnIdle: true });
    pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...asked: unknown[]) => unknown;
      Object.assign(client, {
        query: (asked: string | { text: string }, ...more: unknown[]) => {
          sentTexts.push(typeof asked === 'string' ? asked : asked.text);
          return query(asked, ...more);
        },
      });
    });
    const db = new PgDatabase('cart', pool);
    await expect(db.transaction(() => db.query('select pg_sleep(3)'))).rejects.toThrow('Query read timeout');
    expect(sentTexts).toEqual(['BEGIN', 'select pg_sleep(3)']); // a ROLLBACK would wait for the time-out again
    expect(pool.totalCount).toBe(0);
    expect(await db.transaction(() => db.query('select 1 as one'))).toEqual([{ one: 1 }]);
    await pool.end();
  });
});
