import { randomUUID } from 'node:crypto';
import type { ContextName } from '#platform/config';
import { Client } from 'pg';
import type { Database } from '#database';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { claim, claimFresh, claimLimited, WINDOW, type InboxRow } from './claims.store';
import { makeDead, holdDead, postpone, wakeParked, wakeStranded } from './held.store';
import { markDone, storeReceived } from './inbox.store';
import { readInboxFigures } from './inbox-figures.store';
import { LaneMarks } from './lane-marks';
import { Sweeper } from './sweeper';
import { moveToSubscribedLanes } from '../outbox/subscriptions.store';
import { makeUnhandledDead, countUnhandled } from '../instances/unhandled-messages.store';
import type { Claim } from './unit-of-work';

const route = { from: 'bar' as ContextName, receiver: 'inventory', sameServer: true } as const;

const LANE = 'brew';
const ME = 7;
const capabilities = { handlerTypes: ['brew bar.brew.v1'] };
const handlerTypes = new Set(capabilities.handlerTypes);

let test: TestDatabase;
let db: Database;

beforeAll(async () => {
  test = await testDatabase();
  db = test.of('inventory');
  await test.admin(
    `insert into inventory.subscriptions (type, handler, lane) values ('bar.brew.v1', 'brew', 'brew'), ('bar.new.v1', 'newer', 'brew')`,
  );
}, 30_000);
afterAll(() => test.drop());
afterEach(() => test.admin('truncate inventory.inbox'));

const message = (key: string, type = 'bar.brew.v1') => ({ id: randomUUID(), type, key, body: {}, meta: {} }) as never;
const receiveKeys = (...keys: readonly string[]) => storeReceived(db, keys.map((key) => message(key)), route); // prettier-ignore
const insertMany = (count: number, key: string) =>
  test.admin(
    `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta)
     select gen_random_uuid(), 'brew', 'brew', case $2 when 'each' then n::text else $2 end, 'bar.brew.v1', '{}', '{}'
     from generate_series(1, $1::int) n`,
    [count, key],
  );
const range = (above = 0, mark = 0, room = 32) => ({ lane: LANE, room, above, mark });
const claimRows = async (...ranges: ReturnType<typeof range>[]) =>
  (await claim(db, ME, ranges.length > 0 ? ranges : [range()], capabilities)).rows;
const claimOf = ({ seq, id }: InboxRow): Claim => ({ seq, messageId: id, claimedBy: ME });
const keys = (rows: readonly InboxRow[]) => rows.map(({ key }) => key);
const done = (rows: readonly InboxRow[]) => markDone(db, rows.map(claimOf));
const later = { afterMs: 60_000, error: 'away', counted: false };

describe('A claim', () => {
  it('takes all messages of a key in order, but none behind a message that is claimed already', async () => {
    await receiveKeys('a', 'b', 'a', 'a');
    expect(keys(await claimRows())).toEqual(['a', 'b', 'a', 'a']);
    await receiveKeys('a', 'c');
    expect(keys(await claimRows())).toEqual(['c']);
  });

  it('leaves messages that this build cannot handle, and the messages behind them', async () => {
    await storeReceived(db, [message('a', 'bar.new.v1'), message('a'), message('b')], route);
    expect(keys(await claimRows())).toEqual(['b']);
    const [untouched] = await test.admin(
      `select attempts + waits as tried, held from inventory.inbox where handler = 'newer'`,
    );
    expect(untouched).toEqual({ tried: 0, held: false });
  });

  it('finds other keys behind many messages that must wait for a newer build', async () => {
    const behind = Array.from({ length: 40 }, (_, n) => [message(`k${n}`, 'bar.new.v1'), message(`k${n}`)]);
    await storeReceived(db, [...behind.flat(), message('stranger')], route);
    expect(keys(await claimRows())).toEqual(['stranger']);
  });

  it('is identified by the message id, not only by the number', async () => {
    await receiveKeys('a');
    const [row] = await claimRows();
    expect(await markDone(db, [{ ...claimOf(row), messageId: randomUUID() }])).toEqual([false]);
    expect(await done([row])).toEqual([true]);
  });

  it('takes at most the limit of a lane, counted over all instances', async () => {
    await insertMany(40, 'each');
    const limited = (instance: number) => claimLimited(db, instance, [range()], 5, capabilities);
    const taken = await Promise.all([limited(1), limited(2), limited(3)]);
    expect(taken.flatMap(({ rows }) => rows)).toHaveLength(5);
  });

  it('of a limited lane continues behind messages that must wait for others', async () => {
    await insertMany(1, 'hot');
    await claimRows();
    await insertMany(WINDOW + 10, 'hot');
    await receiveKeys('stranger');
    const marks = new LaneMarks();
    const looks: string[][] = [];
    for (let turn = 0; turn < 4; turn++) {
      const ranges = marks.claimRanges(LANE, 32);
      const { rows, fullUpTo } = await claimLimited(db, ME, ranges, 2, capabilities);
      looks.push(keys(rows));
      marks.recordClaim(ranges, fullUpTo, () => rows.length);
    }
    expect(looks.flat()).toEqual(['stranger']);
  });

  it('takes nothing behind a dead letter of an older build that is not marked as held', async () => {
    await receiveKeys('a', 'a', 'b');
    await test.admin(`update inventory.inbox set state = 'dead' where seq = (select min(seq) from inventory.inbox)`);
    await holdDead(db);
    expect(keys(await claimRows(range(1_000_000, 1_000_000)))).toEqual([]);
    expect(keys(await claimRows())).toEqual(['b']);
  });

  it('finds other keys behind a key with many messages, and still reads the front of the lane', async () => {
    await insertMany(1, 'hot');
    const head = await claimRows();
    await insertMany(WINDOW * 3, 'hot');
    await receiveKeys('stranger');
    const marks = new LaneMarks();
    const looks: string[][] = [];
    for (let turn = 0; turn < 6; turn++) {
      const ranges = marks.claimRanges(LANE, 32);
      const { rows, fullUpTo } = await claim(db, ME, ranges, capabilities);
      looks.push(keys(rows));
      marks.recordClaim(ranges, fullUpTo, () => rows.length);
    }
    expect(looks.flat()).toEqual(['stranger']);
    await done(head);
    const { rows } = await claim(db, ME, marks.claimRanges(LANE, 32), capabilities);
    expect(keys(rows)).toEqual(Array(32).fill('hot'));
  });
});

describe('A claim of fresh messages only', () => {
  const fresh = async (room = 32) => {
    const { rows, looked } = await claimFresh(db, ME, [range(0, 0, room)], capabilities.handlerTypes);
    return { keys: keys(rows), looked };
  };

  it('takes all messages of a key in order, none behind a claimed one, and returns how many it read', async () => {
    await receiveKeys('a', 'b', 'a', 'a');
    expect(await fresh(3)).toEqual({ keys: ['a', 'b', 'a'], looked: 3 });
    await receiveKeys('b', 'c');
    expect(await fresh()).toEqual({ keys: ['c'], looked: 3 });
    expect(await fresh()).toEqual({ keys: [], looked: 2 });
  });

  it('leaves messages that are held or that this build cannot handle, and the messages behind them', async () => {
    await storeReceived(db, [message('new', 'bar.new.v1'), message('new'), message('held'), message('free')], route);
    const row = (await claimRows()).find(({ key }) => key === 'held')!;
    await postpone(db, claimOf(row), [], later);
    await test.admin(`update inventory.inbox set claimed_by = 0 where key = 'free'`);
    await test.admin(`update inventory.inbox set next_at = now() where key = 'held'`);
    await test.admin(
      `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta)
       values (gen_random_uuid(), 'brew', 'brew', 'held', 'bar.brew.v1', '{}', '{}')`,
    );
    expect(await fresh()).toEqual({ keys: ['free'], looked: 3 });
  });
});

describe('A low mark', () => {
  it('does not pass a message whose transaction is still open', async () => {
    const slow = new Client({ connectionString: test.url });
    await slow.connect();
    await slow.query('begin');
    await slow.query(
      `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta)
       values (gen_random_uuid(), 'brew', 'brew', 'late', 'bar.brew.v1', '{}', '{}')`,
    );
    await receiveKeys('early');
    await done(await claimRows());
    const marks = new LaneMarks();
    for (let look = 0; look < 3; look++)
      expect((await marks.update(db, [LANE], false, handlerTypes)).hasOpenBelow).toBe(false);
    await slow.query('commit');
    const { rows } = await claim(db, ME, marks.claimRanges(LANE, 32), capabilities);
    expect(keys(rows)).toEqual(['late']);
    await slow.end();
  });
});

describe('A low mark of a queue whose sequence was reset', () => {
  it('starts again at 0, so that the next message is claimed at once', async () => {
    await receiveKeys('a', 'b', 'c');
    await done(await claimRows());
    const marks = new LaneMarks();
    await marks.update(db, [LANE], false, handlerTypes);
    await test.admin(`truncate inventory.inbox restart identity`);
    await receiveKeys('again');
    await marks.update(db, [LANE], false, handlerTypes);
    const { rows } = await claim(db, ME, marks.claimRanges(LANE, 32), capabilities);
    expect(keys(rows)).toEqual(['again']);
  });
});

describe('A postponed message', () => {
  it('parks the messages behind it, and makes them due in order when it is done', async () => {
    await receiveKeys('a', 'a');
    const rows = await claimRows();
    await receiveKeys('a');
    expect(await postpone(db, claimOf(rows[0]), [rows[1].seq], later)).toBe(true);
    await receiveKeys('a', 'b');
    expect(keys(await claimRows())).toEqual(['b']);
    const parked = await test.admin(`select 1 from inventory.inbox where next_at = 'infinity'`);
    expect(parked).toHaveLength(3);
    await test.admin(`update inventory.inbox set next_at = now() where waits = 1`);
    const again = await claimRows();
    expect(again.map(({ seq, held, waits }) => ({ seq, held, waits }))).toEqual([
      { seq: rows[0].seq, held: true, waits: 1 },
    ]);
    await done(again);
    expect(await wakeParked(db, LANE, 'a')).toBe(3);
    const rest = await claimRows();
    expect(rest).toHaveLength(3);
    expect(rest.map(({ seq }) => seq)).toEqual([...rest.map(({ seq }) => seq)].sort((x, y) => x - y));
  });

  it('makes nothing due behind a dead letter of its key', async () => {
    await receiveKeys('a', 'a', 'a');
    const rows = await claimRows();
    await postpone(db, claimOf(rows[0]), [rows[1].seq, rows[2].seq], later);
    await test.admin(`update inventory.inbox set claimed_by = ${ME}, next_at = now() where seq = $1`, [rows[1].seq]);
    await makeDead(db, claimOf(rows[1]), [], 'poison');
    await test.admin(`update inventory.inbox set state = 'done' where seq = $1`, [rows[0].seq]);
    expect(await wakeParked(db, LANE, 'a')).toBe(0);
    expect(await wakeStranded(db)).toBe(0);
  });
});

describe('A message that no living build can handle', () => {
  it('is counted, and becomes a dead letter after a day; the messages behind it wait', async () => {
    await storeReceived(db, [message('a', 'bar.new.v1'), message('a'), message('b', 'bar.new.v1')], route);
    await test.admin(`update inventory.inbox set received_at = now() - interval '25 hours' where key = 'a'`);
    expect(await countUnhandled(db, capabilities.handlerTypes)).toEqual([
      { handler: 'newer', type: 'bar.new.v1', count: 2 },
    ]);
    expect(await makeUnhandledDead(db, capabilities.handlerTypes)).toBe(1);
    const rows = await test.admin(
      `select key, state, next_at = 'infinity' as parked, error from inventory.inbox order by seq`,
    );
    const error = 'no build that lived within a day has the handler newer for bar.new.v1';
    expect(rows).toEqual([
      { key: 'a', state: 'dead', parked: false, error },
      { key: 'a', state: 'waiting', parked: true, error: null },
      { key: 'b', state: 'waiting', parked: false, error: null },
    ]);
    expect(await makeUnhandledDead(db, [...capabilities.handlerTypes, 'newer bar.new.v1'])).toBe(0);
  });
});

describe('A claim of a killed process', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is freed even in a lane that this build does not have', async () => {
    await receiveKeys('a');
    const insert = `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta, claimed_by, claimed_at)
       values (gen_random_uuid(), 'brew', 'other', $1, 'bar.brew.v1', '{}', '{}', $2, now())`;
    for (const [key, claimant] of [['dead', 99], ['living', 8]] as const) await test.admin(insert, [key, claimant]); // prettier-ignore
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const endpoint = {
      context: 'inventory',
      db,
      marks: new LaneMarks(),
      handlers: { lanes: [LANE], handlerTypes: [] },
    };
    const sweeper = new Sweeper(endpoint as never, { living: async () => [ME, 8] }, { warn: () => undefined } as never);
    for (; now < 90_000; now += 1_000) await sweeper.sweep(ME, []);
    const claimed = await test.admin(`select key, claimed_by from inventory.inbox where lane = 'other' order by key`);
    expect(claimed).toEqual([{ key: 'dead', claimed_by: 0 }, { key: 'living', claimed_by: 8 }]); // prettier-ignore
    expect(endpoint.marks.otherLanes).toEqual(['other']);
    expect(await readInboxFigures(db, endpoint.marks.marksOf(['other']))).toMatchObject({ waiting: 3 });
    await moveToSubscribedLanes(db);
    expect(keys(await claimRows())).toEqual(['a', 'dead']);
  });
});
