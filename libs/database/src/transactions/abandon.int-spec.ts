import { setTimeout as pause } from 'node:timers/promises';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Deadline } from '../pool/deadline';
import type { PgDatabase } from './pg-database';

let shop: TestDatabase;
let db: PgDatabase;

beforeAll(async () => {
  shop = await testDatabase();
  db = shop.of('inventory');
  await shop.admin(`create table inventory.shelf (sku text primary key, pieces int not null);
    insert into inventory.shelf values ('SKU-1', 100);
    grant all on inventory.shelf to shop_inventory`);
});
afterAll(() => shop.drop());

const never = new Promise<never>(() => undefined);
const take = () => db.query(`update shelf set pieces = pieces - 1 where sku = 'SKU-1'`);
const late = new Error('it took too long');

async function abandonDuring(work: () => Promise<unknown>): Promise<number> {
  const deadline = new Deadline();
  let pid = 0;
  const running = db.transaction(
    async () => {
      [{ pid }] = await db.query<{ pid: number }>('select pg_backend_pid() as pid');
      await take();
      await work();
    },
    { deadline },
  );
  await pause(100);
  deadline.pass(late);
  await expect(running).rejects.toBe(late);
  return pid;
}

describe('A transaction whose deadline passes', () => {
  it.each([
    ['never ends', () => never],
    ['waits for a long statement', () => db.query('select pg_sleep(8)')],
  ])('frees its locks and its connection, even if its work %s', async (_, work) => {
    const pid = await abandonDuring(work);
    const begun = performance.now();
    await take(); // waits until the row is free
    expect(performance.now() - begun).toBeLessThan(5_000); // the aborted statement would take eight seconds
    expect(await shop.admin('select 1 from pg_stat_activity where pid = $1', [pid])).toEqual([]);
    const [{ pieces }] = await db.query<{ pieces: number }>('select pieces from shelf');
    await db.query('update shelf set pieces = 100');
    expect(pieces).toBe(99);
    // all four connections of the pool are usable
    await Promise.all([1, 2, 3, 4].map(() => db.query('select pg_sleep(0.05)')));
  });

  it('refuses all later statements of its work', async () => {
    let later: Promise<unknown> = Promise.resolve();
    await abandonDuring(async () => {
      later = pause(200).then(take);
      later.catch(() => undefined);
      await never;
    });
    await expect(later).rejects.toBe(late);
    expect(await db.query('select pieces from shelf')).toEqual([{ pieces: 100 }]);
  });

  it('writes nothing if the deadline has passed before its start', async () => {
    const work = jest.fn(() => take());
    const passed = new Deadline();
    passed.pass(late);
    await expect(db.transaction(work, { deadline: passed })).rejects.toBe(late);
    expect(await db.query('select pieces from shelf')).toEqual([{ pieces: 100 }]);
  });

  it('while it waits for a connection returns this connection to the pool', async () => {
    const full = Array.from({ length: 4 }, () => db.query('select pg_sleep(0.3)'));
    const deadline = new Deadline();
    const running = db.transaction(() => take(), { deadline });
    await pause(50);
    deadline.pass(late);
    await expect(running).rejects.toBe(late);
    await Promise.all(full);
    expect(await db.query('select pieces from shelf')).toEqual([{ pieces: 100 }]);
    await Promise.all([1, 2, 3, 4].map(() => db.query('select pg_sleep(0.05)')));
  });
});
