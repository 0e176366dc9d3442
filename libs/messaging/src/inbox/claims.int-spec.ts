import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { Database } from '#database';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { claim, claimFresh, claimLimited, WINDOW, type InboxRow } from './claims.store';
import { bury, holdDead, putOff, wake, wakeStranded } from './held.store';
import { doneQuickly, receive } from './inbox.store';
import { LaneMarks } from './lane-marks';
import { buryUnheard, countUnheard } from '../instances/unheard.store';
import type { Claim } from './unit';

const LANE = 'brew';
const ME = 7;
const able = { heard: ['brew bar.brew.v1'] };
const heard = new Set(able.heard);

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
const come = (...keys: readonly string[]) => receive(db, keys.map((key) => message(key)), true); // prettier-ignore
const many = (count: number, key: string) =>
  test.admin(
    `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta)
     select gen_random_uuid(), 'brew', 'brew', case $2 when 'each' then n::text else $2 end, 'bar.brew.v1', '{}', '{}'
     from generate_series(1, $1::int) n`,
    [count, key],
  );
const place = (above = 0, mark = 0, room = 32) => ({ lane: LANE, room, above, mark });
const take = async (...places: ReturnType<typeof place>[]) =>
  (await claim(db, ME, places.length > 0 ? places : [place()], able)).rows;
const claimOf = ({ seq, id }: InboxRow): Claim => ({ seq, messageId: id, claimedBy: ME });
const keys = (rows: readonly InboxRow[]) => rows.map(({ key }) => key);
const done = (rows: readonly InboxRow[]) => doneQuickly(db, rows.map(claimOf));
const later = { afterMs: 60_000, error: 'away', counted: false };

describe('A claim', () => {
  it('takes whole runs of a key, and nothing behind what another one has taken', async () => {
    await come('a', 'b', 'a', 'a');
    expect(keys(await take())).toEqual(['a', 'b', 'a', 'a']);
    await come('a', 'c');
    expect(keys(await take())).toEqual(['c']);
  });

  it('leaves what this build cannot handle where it is, and what comes behind it', async () => {
    await receive(db, [message('a', 'bar.new.v1'), message('a'), message('b')], true);
    expect(keys(await take())).toEqual(['b']);
    const [untouched] = await test.admin(
      `select attempts + waits as tried, held from inventory.inbox where handler = 'newer'`,
    );
    expect(untouched).toEqual({ tried: 0, held: false });
  });

  it('of strangers is not stopped by many messages that must wait for a newer build', async () => {
    const behind = Array.from({ length: 40 }, (_, n) => [message(`k${n}`, 'bar.new.v1'), message(`k${n}`)]);
    await receive(db, [...behind.flat(), message('stranger')], true);
    expect(keys(await take())).toEqual(['stranger']);
  });

  it('is fenced by the message, not by its number alone', async () => {
    await come('a');
    const [row] = await take();
    expect(await doneQuickly(db, [{ ...claimOf(row), messageId: randomUUID() }])).toEqual([false]);
    expect(await done([row])).toEqual([true]);
  });

  it('takes no more than the limit of a lane over all instances', async () => {
    await many(40, 'each');
    const limited = (instance: number) => claimLimited(db, instance, [place()], 5, able);
    const taken = await Promise.all([limited(1), limited(2), limited(3)]);
    expect(taken.flatMap(({ rows }) => rows)).toHaveLength(5);
  });

  it('of a limited lane goes on behind what it may not take, too', async () => {
    await many(1, 'hot');
    await take();
    await many(WINDOW + 10, 'hot');
    await come('stranger');
    const marks = new LaneMarks();
    const looks: string[][] = [];
    for (let turn = 0; turn < 4; turn++) {
      const places = marks.places(LANE, 32);
      const { rows, fullUpTo } = await claimLimited(db, ME, places, 2, able);
      looks.push(keys(rows));
      marks.looked(places, fullUpTo, () => rows.length);
    }
    expect(looks.flat()).toEqual(['stranger']);
  });

  it('takes nothing behind a dead letter of an older build, which did not mark it as held', async () => {
    await come('a', 'a', 'b');
    await test.admin(`update inventory.inbox set state = 'dead' where seq = (select min(seq) from inventory.inbox)`);
    await holdDead(db);
    expect(keys(await take(place(1_000_000, 1_000_000)))).toEqual([]);
    expect(keys(await take())).toEqual(['b']);
  });

  it('of strangers goes on behind a hot key: its window moves on, and the front is looked at as well', async () => {
    await many(1, 'hot');
    const head = await take();
    await many(WINDOW * 3, 'hot');
    await come('stranger');
    const marks = new LaneMarks();
    const looks: string[][] = [];
    for (let turn = 0; turn < 6; turn++) {
      const places = marks.places(LANE, 32);
      const { rows, fullUpTo } = await claim(db, ME, places, able);
      looks.push(keys(rows));
      marks.looked(places, fullUpTo, () => rows.length);
    }
    expect(looks.flat()).toEqual(['stranger']);
    await done(head);
    const { rows } = await claim(db, ME, marks.places(LANE, 32), able);
    expect(keys(rows)).toEqual(Array(32).fill('hot'));
  });
});

describe('A claim of fresh messages alone', () => {
  const fresh = async (room = 32) => {
    const { rows, looked } = await claimFresh(db, ME, [place(0, 0, room)], able.heard);
    return { keys: keys(rows), looked };
  };

  it('takes whole runs of a key, nothing behind what was taken, and says how many it left', async () => {
    await come('a', 'b', 'a', 'a');
    expect(await fresh(3)).toEqual({ keys: ['a', 'b', 'a'], looked: 3 });
    await come('b', 'c');
    expect(await fresh()).toEqual({ keys: ['c'], looked: 3 });
    expect(await fresh()).toEqual({ keys: [], looked: 2 });
  });

  it('leaves what this build cannot handle, what is held, and all that comes behind them', async () => {
    await receive(db, [message('new', 'bar.new.v1'), message('new'), message('held'), message('free')], true);
    const row = (await take()).find(({ key }) => key === 'held')!;
    await putOff(db, claimOf(row), [], later);
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
  it('does not pass a message whose transaction is still open, and a whole look finds what it passed', async () => {
    const slow = new Client({ connectionString: test.url });
    await slow.connect();
    await slow.query('begin');
    await slow.query(
      `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta)
       values (gen_random_uuid(), 'brew', 'brew', 'late', 'bar.brew.v1', '{}', '{}')`,
    );
    await come('early');
    await done(await take());
    const marks = new LaneMarks();
    for (let look = 0; look < 3; look++) expect((await marks.move(db, [LANE], false, heard)).below).toBe(false);
    await slow.query('commit');
    const { rows } = await claim(db, ME, marks.places(LANE, 32), able);
    expect(keys(rows)).toEqual(['late']);
    await slow.end();
  });
});

describe('A low mark of a queue whose numbers were taken back', () => {
  it('begins anew, so that the next message is seen at once', async () => {
    await come('a', 'b', 'c');
    await done(await take());
    const marks = new LaneMarks();
    await marks.move(db, [LANE], false, heard);
    await test.admin(`truncate inventory.inbox restart identity`);
    await come('again');
    await marks.move(db, [LANE], false, heard);
    const { rows } = await claim(db, ME, marks.places(LANE, 32), able);
    expect(keys(rows)).toEqual(['again']);
  });
});

describe('A message that is put off', () => {
  it('parks what waits behind it and what comes later, and wakes it at its end, in order', async () => {
    await come('a', 'a');
    const rows = await take();
    await come('a');
    expect(await putOff(db, claimOf(rows[0]), [rows[1].seq], later)).toBe(true);
    await come('a', 'b');
    expect(keys(await take())).toEqual(['b']);
    const parked = await test.admin(`select 1 from inventory.inbox where next_at = 'infinity'`);
    expect(parked).toHaveLength(3);
    await test.admin(`update inventory.inbox set next_at = now() where waits = 1`);
    const again = await take();
    expect(again.map(({ seq, held, waits }) => ({ seq, held, waits }))).toEqual([
      { seq: rows[0].seq, held: true, waits: 1 },
    ]);
    await done(again);
    expect(await wake(db, LANE, 'a')).toBe(3);
    const rest = await take();
    expect(rest).toHaveLength(3);
    expect(rest.map(({ seq }) => seq)).toEqual([...rest.map(({ seq }) => seq)].sort((x, y) => x - y));
  });

  it('wakes nothing behind a dead one in the middle', async () => {
    await come('a', 'a', 'a');
    const rows = await take();
    await putOff(db, claimOf(rows[0]), [rows[1].seq, rows[2].seq], later);
    await test.admin(`update inventory.inbox set claimed_by = ${ME}, next_at = now() where seq = $1`, [rows[1].seq]);
    await bury(db, claimOf(rows[1]), [], 'poison');
    await test.admin(`update inventory.inbox set state = 'done' where seq = $1`, [rows[0].seq]);
    expect(await wake(db, LANE, 'a')).toBe(0);
    expect(await wakeStranded(db)).toBe(0);
  });
});

describe('What no living build can handle', () => {
  it('is counted, and a dead letter after a day, with what comes behind it waiting', async () => {
    await receive(db, [message('a', 'bar.new.v1'), message('a'), message('b', 'bar.new.v1')], true);
    await test.admin(`update inventory.inbox set received_at = now() - interval '25 hours' where key = 'a'`);
    expect(await countUnheard(db, able.heard)).toEqual([{ handler: 'newer', type: 'bar.new.v1', count: 2 }]);
    expect(await buryUnheard(db, able.heard)).toBe(1);
    const rows = await test.admin(
      `select key, state, next_at = 'infinity' as parked, error from inventory.inbox order by seq`,
    );
    const error = 'no build that lived within a day has the handler newer for bar.new.v1';
    expect(rows).toEqual([
      { key: 'a', state: 'dead', parked: false, error },
      { key: 'a', state: 'waiting', parked: true, error: null },
      { key: 'b', state: 'waiting', parked: false, error: null },
    ]);
    expect(await buryUnheard(db, [...able.heard, 'newer bar.new.v1'])).toBe(0);
  });
});
