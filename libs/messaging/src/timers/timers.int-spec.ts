import { randomUUID } from 'node:crypto';
import type { PgDatabase } from '#database';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { fireTimers, setTimers } from './timers.store';
import { migrateTwoContexts } from '../testing/two-contexts';

const RUNG = 'inventory.rung.v1';
const LATER = 'inventory.later.v1';
let database: TestDatabase;
let db: PgDatabase;

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await migrateTwoContexts(database.url);
  db = database.of('inventory');
  await subscribeTo(RUNG);
}, 30_000);
beforeEach(() => database.admin('delete from inventory.timers'));
afterAll(() => database.drop());

const subscribeTo = (type: string) =>
  database.admin(`insert into inventory.subscriptions (type, handler, lane) values ($1, 'ring', 'ring')`, [type]);

const insertTimers = (type: string, dueSecondsAgo: number, count = 1) =>
  database.admin(
    `insert into inventory.timers (name, key, due_at, id, type, body, meta)
     select 'bell', gen_random_uuid(), now() - make_interval(secs => $2), gen_random_uuid(), $1, '{}', '{}'
     from generate_series(1, $3::int)`,
    [type, dueSecondsAgo, count],
  );
const remainingTypes = async () =>
  (await database.admin<{ type: string }>('select type from inventory.timers order by type')).map(({ type }) => type);

describe('A due timer', () => {
  it('stays and is counted while no handler subscribes to it, and fires when a handler does', async () => {
    await insertTimers(LATER, 1);
    await insertTimers(RUNG, 1);
    expect(await fireTimers(db, 200)).toMatchObject({ fired: 1, unheard: 1 });
    expect(await remainingTypes()).toEqual([LATER]);

    await subscribeTo(LATER);
    expect(await fireTimers(db, 200)).toMatchObject({ fired: 1, unheard: 0 });
    expect(await remainingTypes()).toEqual([]);
    const arrived = await database.admin('select 1 from inventory.inbox where type = $1', [LATER]);
    expect(arrived).toHaveLength(1);
  });

  it('is found by a read of recent timers if it became due recently, otherwise only by a read of all timers', async () => {
    await insertTimers(RUNG, 60);
    await insertTimers(RUNG, 1);
    const { rows } = await db.pool.query<{ since: string }>(`select (now() - interval '30 seconds')::text as since`);
    expect(await fireTimers(db, 200, rows[0].since)).toMatchObject({ fired: 1 });
    expect(await remainingTypes()).toEqual([RUNG]);
    expect(await fireTimers(db, 200)).toMatchObject({ fired: 1 });
    expect(await remainingTypes()).toEqual([]);
  });

  it('waits while the lane of its handler is behind, but five minutes at most', async () => {
    await insertTimers(RUNG, 1);
    await insertTimers(RUNG, 299);
    await insertTimers(RUNG, 301);
    const since = new Date(Date.now() - 3_600_000).toISOString();
    expect(await fireTimers(db, 200, since, ['ring'])).toMatchObject({ fired: 1 });
    expect(await fireTimers(db, 200, undefined, ['ring'])).toMatchObject({ fired: 0 });
    expect(await remainingTypes()).toEqual([RUNG, RUNG]);
    expect(await fireTimers(db, 200, undefined, ['another'])).toMatchObject({ fired: 2 });
  });

  it('counts its seconds from the transaction that sets it, by the clock of the database', async () => {
    const envelope = { id: randomUUID(), type: RUNG, body: {}, meta: {} };
    await setTimers(db, [{ name: 'bell', key: 'k', afterSeconds: 1.5, envelope } as never]);
    const [row] = await database.admin<{ ms: number }>(
      `select round(extract(epoch from due_at - now()) * 1000)::int as ms from inventory.timers`,
    );
    expect(row.ms).toBeGreaterThan(500);
    expect(row.ms).toBeLessThanOrEqual(1_500);
  });

  it('is found at the same cost after many others have fired while a snapshot is open', async () => {
    const snapshot = await db.pool.connect();
    try {
      await snapshot.query('begin isolation level repeatable read');
      await snapshot.query('select 1 from timers limit 1');
      await insertTimers(RUNG, 3_600, 5_000);
      let through = '';
      for (let fired = 200; fired === 200;) ({ fired, through } = await fireTimers(db, 200));
      await insertTimers(RUNG, 0);
      expect(await entriesReadBy(undefined)).toBeGreaterThan(5_000);
      expect(await entriesReadBy(through)).toBeLessThan(50);
    } finally {
      await snapshot.query('rollback');
      snapshot.release();
    }
  });
});

/** The number of index entries that a read of timers touches, including dead ones. */
const entriesReadBy = (since: string | undefined): Promise<number> =>
  db.transaction(async () => {
    const before = await entriesRead();
    await fireTimers(db, 200, since);
    return (await entriesRead()) - before;
  });

const entriesRead = async (): Promise<number> => {
  const [row] = await db.query<{ read: number }>(
    `select pg_stat_get_xact_tuples_returned('timers_due'::regclass)::int as read`,
  );
  return row.read;
};
