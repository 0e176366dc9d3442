import { contextPool } from '../pool/connection';
import { PgDatabase } from './pg-database';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';

describe('A connection that is cut', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ empty: true });
  });
  afterAll(() => database.drop());

  it('is heard of by whoever uses it, and by nobody else, also while it changes hands', async () => {
    const { pool } = database.of('cart');
    const listeners: number[] = [];
    pool.on('acquire', (client) => {
      // the rest of what came with its last answer is read before its next user can listen
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

  it('that nobody answers on any more is given up, without another word', async () => {
    const said: string[] = [];
    const pool = contextPool(database.url, 'cart', { query_timeout: 300, allowExitOnIdle: true });
    pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...asked: unknown[]) => unknown;
      Object.assign(client, {
        query: (asked: string | { text: string }, ...more: unknown[]) => {
          said.push(typeof asked === 'string' ? asked : asked.text);
          return query(asked, ...more);
        },
      });
    });
    const db = new PgDatabase('cart', pool);
    await expect(db.transaction(() => db.query('select pg_sleep(3)'))).rejects.toThrow('Query read timeout');
    expect(said).toEqual(['BEGIN', 'select pg_sleep(3)']); // to roll back would be to wait once more
    expect(pool.totalCount).toBe(0);
    expect(await db.transaction(() => db.query('select 1 as one'))).toEqual([{ one: 1 }]);
    await pool.end();
  });
});
