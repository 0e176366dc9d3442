import { randomUUID } from 'node:crypto';
import type { ContextName } from '#platform/config';
import { Client } from 'pg';
import type { Database, Statement } from '#database';
import { eventually } from '../../../../test/support/eventually';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { claim, CLAIM, CLAIM_FRESH } from './claims.store';
import { postpone, wakeStranded } from './held.store';
import { storeReceived } from './inbox.store';
import { LaneMarks } from './lane-marks';

const route = { from: 'bar' as ContextName, receiver: 'inventory', sameServer: true } as const;

const LANE = 'brew';
const ME = 7;
const HANDLER_TYPES = ['brew bar.brew.v1'];

let test: TestDatabase;
let db: Database;

beforeAll(async () => {
  test = await testDatabase();
  db = test.of('inventory');
  await test.admin(`insert into inventory.subscriptions (type, handler, lane) values ('bar.brew.v1', 'brew', 'brew')`);
  // The planner has only the statistics that each case makes.
  await test.admin('alter table inventory.inbox set (autovacuum_enabled = false)');
}, 30_000);
afterAll(() => test.drop());
beforeEach(() => test.admin('truncate inventory.inbox'));

const insertMany = (count: number, key: 'each' | 'hot') =>
  test.admin(
    `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta)
     select gen_random_uuid(), 'brew', 'brew', case $2 when 'each' then n::text else $2 end, 'bar.brew.v1', '{}', '{}'
     from generate_series(1, $1::int) n`,
    [count, key],
  );
const receiveOne = (key: string) =>
  storeReceived(db, [{ id: randomUUID(), type: 'bar.brew.v1', key, body: {}, meta: {} } as never], route);
const ANALYZE = 'analyze inventory.inbox';
const VACUUM = 'vacuum inventory.inbox';

/** The pages that one claim of each kind reads, with a custom plan and with the generic plan. */
async function countPages(marks: LaneMarks, claimedLanes = [LANE]): Promise<number[]> {
  const places = claimedLanes.flatMap((lane) => marks.claimRanges(lane, 32));
  const of = <T>(field: (one: (typeof places)[number]) => T) => places.map(field);
  const [lanes, rooms, above, mark] = [of((p) => p.lane), of((p) => p.room), of((p) => p.above), of((p) => p.mark)];
  const claims: [Statement, unknown[]][] = [
    [CLAIM, [ME, lanes, rooms, above, mark, HANDLER_TYPES, marks.dueAfter, []]],
    [CLAIM_FRESH, [ME, lanes, rooms, mark, HANDLER_TYPES]],
  ];
  const read: number[] = [];
  for (const mode of ['force_generic_plan', 'force_custom_plan'])
    for (const [{ text }, values] of claims) {
      const undone = db.transaction(async () => {
        await db.query(`set local plan_cache_mode = ${mode}`);
        const explain = { name: `explain-${randomUUID()}`, text: `explain (analyze, buffers, format json) ${text}` };
        const [row] = await db.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(explain, values);
        const { Plan } = row['QUERY PLAN'][0];
        read.push(Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks']);
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
    }
  return read;
}

describe('A claim during an old snapshot of another transaction, after many handled messages,', () => {
  const expectFewPages = async (onStep: (step: 'empty' | 'waiting' | 'claimed' | 'done') => Promise<unknown>) => {
    const otherClient = new Client({ connectionString: test.url });
    otherClient.on('error', () => undefined); // if the test fails, the database is dropped first
    await otherClient.connect();
    await otherClient.query('begin isolation level repeatable read; select 1');
    await onStep('empty');
    await insertMany(30_000, 'each');
    await onStep('waiting');
    await test.admin(`update inventory.inbox set claimed_by = 7`);
    await onStep('claimed');
    await test.admin(`update inventory.inbox set state = 'done', done_at = now(), claimed_by = 0`);
    await onStep('done');
    const marks = new LaneMarks();
    const unmarked = await countPages(marks);
    await eventually(async () => {
      // the transactions that wrote at the first update must have ended
      await marks.update(db, [LANE], false, new Set(HANDLER_TYPES));
      expect(marks.marksOf([LANE])[0].mark).toBeGreaterThan(0);
    });
    await receiveOne('next');
    const marked = await countPages(marks);

    expect(Math.max(...unmarked)).toBeGreaterThan(1_000);
    expect(Math.max(...marked)).toBeLessThan(300);
    await otherClient.end();
  };

  it.each([
    ['none', ANALYZE, 'never'],
    ['of an empty inbox', ANALYZE, 'empty'],
    ['made when all messages waited', ANALYZE, 'waiting'],
    ['made when all were claimed', ANALYZE, 'claimed'],
    ['made when all were done', ANALYZE, 'done'],
    ['of the table size only', VACUUM, 'done'],
  ])('reads few pages (statistics: %s)', (_, makeStatistics, at) =>
    expectFewPages((step) => test.admin(step === at ? makeStatistics : 'select 1')),
  );

  it.each([
    ['fresh', `state = 'waiting'`],
    ['held', `held = true, next_at = now() + interval '1 hour'`],
    ['dead', `state = 'dead', held = true`],
    ['done', `state = 'done', done_at = now()`],
  ])('reads few pages (statistics of a table where all messages had one key and were %s)', async (_, as) => {
    await insertMany(400, 'hot');
    await test.admin(`update inventory.inbox set ${as}`);
    await test.admin(ANALYZE);
    await test.admin('truncate inventory.inbox');
    await expectFewPages(() => Promise.resolve());
  });
});

describe('A claim next to 20,000 waiting messages', () => {
  const expectFewPages = async (claimedLanes: string[], makeStatistics: string) => {
    const marks = new LaneMarks();
    await test.admin(makeStatistics);
    expect(Math.max(...(await countPages(marks, claimedLanes)))).toBeLessThan(1_500);
    expect(Math.max(...(await countPages(marks, ['idle'])))).toBeLessThan(100);
    await test.admin(`update inventory.inbox set claimed_by = 8 where seq = (select min(seq) from inventory.inbox)`);
    await receiveOne('stranger');
    expect(Math.max(...(await countPages(marks, claimedLanes)))).toBeLessThan(1_500);
  };

  it.each(['each', 'hot'] as const)('reads few pages in all lanes (keys: %s)', async (key) => {
    for (const makeStatistics of ['select 1', VACUUM, ANALYZE]) {
      await test.admin('truncate inventory.inbox');
      await insertMany(20_000, key);
      await expectFewPages([LANE, 'idle', 'idle too'], makeStatistics);
    }
  });
});

describe('A postponed message', () => {
  it('keeps 20,000 later messages of its key out of every claim', async () => {
    const marks = new LaneMarks();
    const take = async () => (await claim(db, ME, marks.claimRanges(LANE, 32), { handlerTypes: HANDLER_TYPES })).rows;
    await insertMany(1, 'hot');
    const [{ seq, id }] = await take();
    await insertMany(20_000, 'hot');
    await postpone(db, { seq, messageId: id, claimedBy: ME }, [], { afterMs: 60_000, error: 'away', counted: false });
    await marks.update(db, [LANE], false, new Set(HANDLER_TYPES));
    await marks.update(db, [LANE], false, new Set(HANDLER_TYPES));
    await receiveOne('stranger');
    expect(Math.max(...(await countPages(marks)))).toBeLessThan(300);
    await test.admin(`update inventory.inbox set state = 'done', held = false where seq = $1`, [seq]);
    expect(await wakeStranded(db)).toBe(1);
    expect((await take()).map(({ key }) => key)).toContain('hot');
  });
});
