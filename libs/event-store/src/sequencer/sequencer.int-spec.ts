import { setTimeout as pause } from 'node:timers/promises';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Uuid } from '#kernel';
import { connect } from '#database';
import { eventually } from '../../../../test/support/eventually';
import { eventMac } from '../macs/event-mac';
import type { RecordedEvent } from '../streams/events';
import { LogMoved, numberEvents } from './pending';
import { happening, ids, macKey, storeOn, voiding } from '../testing/store';
import type { StreamDatabase } from '../streams/stream-database';
import { streamsIn } from '../testing/tables';

let test: TestDatabase;
let db: StreamDatabase;

beforeEach(async () => {
  test = await testDatabase();
  db = streamsIn(test.of('ordering'));
});
afterEach(() => test.drop());

const connectOtherClient = async () => connect(test.url, 'stranger');

async function readWholeLog(store: ReturnType<typeof storeOn>['store']): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for (let batch; (batch = await store.readLog(all.length, 700)).length > 0;) all.push(...batch);
  return all;
}

const expectInOrder = (events: readonly RecordedEvent[]): void => {
  expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
  const versions = new Map<string, number>();
  for (const { streamId, version } of events) {
    expect(version).toBe((versions.get(streamId) ?? 0) + 1);
    versions.set(streamId, version);
  }
};

describe('The sequencer', () => {
  it('gives every committed event exactly one position, and keeps each stream in order, while transactions sleep and abort', async () => {
    const { store, sequencer } = storeOn(db);
    const stop = new AbortController();
    const leading = sequencer.lead(stop.signal);
    const sleeper = await connectOtherClient();
    await sleeper.query('begin; create temporary table t (n int); select pg_current_xact_id()'); // while it is open, all snapshots have the xmin of this transaction
    const committed: string[] = [];
    const streams = Array.from({ length: 8 }, () => ids.next());
    const appendOnce = async (turn: number) => {
      const order = streams[Math.floor(Math.random() * streams.length)];
      const version = (await store.read(order)).length;
      const items = Array.from({ length: 1 + (turn % 3) }, () => ({ turn }));
      const append = happening(order, version, items);
      if (turn % 4 === 0) return committed.push(...(await store.append(append)).events.map(({ id }) => id));
      const { events } = await db.transaction(async () => {
        await db.query('select pg_current_xact_id()'); // gets its transaction id early, like a transaction that writes to another table first
        if (turn % 3 === 0) await pause(Math.random() * 20);
        const appended = await store.append(append);
        if (turn % 5 === 0) await pause(Math.random() * 20);
        if (turn % 7 === 0) throw new Error('rolled back on purpose');
        return appended;
      });
      return committed.push(...events.map(({ id }) => id));
    };
    const writer = async (n: number) => {
      for (let i = 0; i < 15; i++) await appendOnce(n * 31 + i).catch(() => undefined);
    };
    await Promise.all(Array.from({ length: 20 }, (_, n) => writer(n)));
    for (let i = 0; i < 200 && (await store.head()) < committed.length; i++) await pause(20);
    stop.abort();
    await leading;
    const events = await readWholeLog(store);
    expect(events.map(({ id }) => id).sort()).toEqual(committed.sort());
    expectInOrder(events);
    await sleeper.end();
    expect(await store.verify()).toMatchObject({ ok: true, events: committed.length, waiting: 0 });
  }, 30_000);

  it('keeps a stream in order if the transaction of a later event began before the transaction of an earlier event', async () => {
    const { store, sequencer } = storeOn(db);
    const run = await sequencer.begin();
    const order = ids.next();
    let appendFirst: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (appendFirst = resolve));
    const later = db.transaction(async () => {
      await db.query('select pg_current_xact_id()');
      await first;
      return store.append(happening(order, 1));
    });
    await pause(50);
    await store.append(happening(order, 0));
    appendFirst();
    await later;
    await store.append(happening(order, 2));
    while ((await run()) > 0);
    expectInOrder(await readWholeLog(store));
    expect(await store.head()).toBe(3);
  });

  it.each([
    ['that has written', 'begin; create table public.elsewhere (n int)'],
    ['that only reads', 'begin isolation level repeatable read; select 1'],
  ])('does not wait for an open transaction of another client %s', async (_, sql) => {
    const { store, sequencer } = storeOn(db);
    const other = await connectOtherClient();
    await other.query(sql);
    const stop = new AbortController();
    const leading = sequencer.lead(stop.signal);
    const lags: number[] = [];
    for (let i = 0; i < 20; i++) {
      const begun = performance.now();
      const numbered = new Promise<void>((resolve) => {
        const unsubscribe = store.onNumbered((head) => head > i && (unsubscribe(), resolve()));
      });
      await store.append(happening(ids.next(), 0));
      await numbered;
      lags.push(performance.now() - begun);
    }
    stop.abort();
    await leading;
    await other.end();
    expect(lags.sort((a, b) => a - b)[Math.floor(lags.length / 2)]).toBeLessThan(1_000);
  });

  it('numbers the events of a transaction that stayed open while later transactions committed', async () => {
    const { store, sequencer } = storeOn(db);
    const [slow, order] = [ids.next(), ids.next()];
    let commitSlow: () => void = () => undefined;
    const mayCommit = new Promise<void>((resolve) => (commitSlow = resolve));
    const slowTransaction = db.transaction(async () => {
      await store.append(happening(slow, 0));
      await mayCommit;
    });
    await pause(50);
    for (let version = 0; version < 5; version++) await store.append(happening(order, version));
    const first = await sequencer.begin();
    while ((await first()) > 0);
    await store.append(happening(order, 5));
    while ((await first()) > 0);
    const second = await storeOn(db).sequencer.begin(); // a new leader begins while the slow transaction is still open
    await store.append(happening(order, 6));
    while ((await second()) > 0);
    expect(await store.head()).toBe(7);
    commitSlow();
    await slowTransaction;
    while ((await second()) > 0);
    expect((await store.read(slow))[0].position).toBe(8);
  });

  it('numbers no event twice when two processes lead at the same time', async () => {
    const { store, sequencer } = storeOn(db);
    const stop = new AbortController();
    const both = [sequencer.lead(stop.signal), storeOn(test.of('ordering')).sequencer.lead(stop.signal)];
    const write = async () => {
      for (let i = 0; i < 40; i++) await store.append(happening(ids.next(), 0));
    };
    await Promise.all(Array.from({ length: 8 }, write));
    for (let i = 0; i < 300 && (await store.head()) < 320; i++) await pause(20);
    stop.abort();
    await Promise.all(both);
    const events = await readWholeLog(store);
    expectInOrder(events);
    expect(events).toHaveLength(320);
    expect(await store.verify()).toMatchObject({ ok: true, events: 320 });
  }, 20_000);

  it('refuses the batch of a leader that has missed positions of another leader', async () => {
    const { store, sequencer } = storeOn(db);
    await store.append(happening(ids.next(), 0));
    const stale = await sequencer.begin();
    const fresh = await storeOn(db).sequencer.begin();
    await fresh();
    await store.append(happening(ids.next(), 0));
    await expect(stale()).rejects.toBeInstanceOf(LogMoved);
    await fresh();
    expect(await store.head()).toBe(2);
  });

  describe('when positions are missing after a crash of Postgres', () => {
    /** Deletes the last positions, and queues their events again. */
    const deleteLastPositions = (count: number) =>
      test.admin(`alter table ordering.order_log disable trigger all;
        insert into ordering.order_pending (event_id)
          select event_id from ordering.order_log order by position desc limit ${count};
        delete from ordering.order_log where position in (
          select position from ordering.order_log order by position desc limit ${count});
        alter table ordering.order_log enable trigger all`);

    it('continues after the last stored position, without a gap', async () => {
      const { store, sequencer } = storeOn(db);
      const stop = new AbortController();
      const leading = sequencer.lead(stop.signal);
      for (let i = 0; i < 6; i++) await store.append(happening(ids.next(), 0));
      await eventually(async () => expect(await store.head()).toBe(6));
      await deleteLastPositions(3);
      await eventually(async () => expect(await store.head()).toBe(6)); // although no more events are appended
      await deleteLastPositions(2);
      await store.append(happening(ids.next(), 0));
      await eventually(async () => expect(await store.head()).toBe(7));
      stop.abort();
      await leading;
      expectInOrder(await readWholeLog(store));
      expect(await store.verify()).toMatchObject({ ok: true, events: 7, waiting: 0 });
    });

    it('writes nothing if the log does not end at the expected position and hash', async () => {
      const { store, sequencer } = storeOn(db);
      const { events } = await store.append(happening(ids.next(), 0));
      const run = await sequencer.begin();
      await run();
      const row = { position: 3, hash: 'ab', id: events[0].id, seq: 1 };
      const [{ hash }] = await test.admin<{ hash: string }>(
        `select encode(hash, 'hex') as hash from ordering.order_log`,
      );
      await expect(numberEvents(db, { position: 2, hash }, [row])).rejects.toBeInstanceOf(LogMoved);
      await expect(numberEvents(db, { position: 1, hash: 'cd' }, [row])).rejects.toBeInstanceOf(LogMoved);
      expect(await store.head()).toBe(1);
    });
  });

  describe('when a row cannot be numbered', () => {
    const queryAsShop = (sql: string, values: unknown[] = []) => db.query<{ id: string }>(sql, values);
    /**
     * Stores an event with the time `infinity`. An append never writes such a time, and the event cannot be numbered.
     */
    const appendUnnumberable = async (order: Uuid, version: number, type = 'Happened', data: object = {}) => {
      await queryAsShop('update order_heads set version = $2 where order_id = $1', [order, version]);
      const id = ids.next();
      const mac = eventMac(macKey, { id, streamId: order, version, type, schemaVersion: 1 }, data, '{}');
      await queryAsShop(
        `with event as (
           insert into order_events (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp", mac)
           values ($5, $1, $2, $3, 1, $4, '{}', 'infinity', $6) returning id)
         insert into order_pending (event_id) select id from event`,
        [order, version, type, JSON.stringify(data), id, mac],
      );
      return id;
    };
    const startLeading = (shop = storeOn(db)) => {
      const stop = new AbortController();
      const done = shop.sequencer.lead(stop.signal);
      return {
        ...shop,
        stop: async () => {
          stop.abort();
          await done;
        },
      };
    };

    it('puts the event aside with all later events of its order, and numbers the events of other orders', async () => {
      const { store, stop } = startLeading();
      const [failing, other] = [ids.next(), ids.next()];
      await store.append(happening(failing, 0));
      await eventually(async () => expect(await store.head()).toBe(1));
      const id = await appendUnnumberable(failing, 2);
      await store.append(happening(failing, 2));
      await store.append(happening(other, 0));
      await eventually(async () => expect(await store.unnumbered()).toHaveLength(2));
      await store.append(happening(other, 1));
      await eventually(async () => expect(await store.head()).toBe(3));
      expect(await store.unnumbered(failing)).toMatchObject([
        { eventId: id, version: 2, error: expect.stringContaining('infinity') },
        { version: 3, error: null },
      ]);
      expect((await readWholeLog(store)).map(({ streamId }) => streamId)).toEqual([failing, other, other]);
      expect(await store.waiting()).toMatchObject({ waiting: 0 });
      await stop();
    }, 20_000);

    it('deletes a queue row whose event already has a position', async () => {
      const { store, stop } = startLeading();
      const { events } = await store.append(happening(ids.next(), 0));
      await eventually(async () => expect(await store.head()).toBe(1));
      await queryAsShop('insert into order_pending (event_id) values ($1)', [events[0].id]);
      await store.append(happening(ids.next(), 0));
      await eventually(async () => expect(await store.head()).toBe(2));
      await eventually(async () => expect(await store.waiting()).toMatchObject({ waiting: 0 }));
      expect(await store.unnumbered()).toEqual([]);
      await stop();
    }, 20_000);

    it('numbers the later events of the order after the event was declared void', async () => {
      const { store, stop } = startLeading();
      const order = ids.next();
      await store.append(happening(order, 0));
      await appendUnnumberable(order, 2);
      await store.append(happening(order, 2));
      await eventually(async () => expect(await store.unnumbered(order)).toHaveLength(2));
      await store.append(voiding(order, 3, 2));
      await eventually(async () => expect(await store.head()).toBe(3));
      expect((await readWholeLog(store)).map(({ version }) => version)).toEqual([1, 3, 4]);
      expect(await store.unnumbered()).toEqual([]);
      expect((await store.read(order)).map(({ version }) => version)).toEqual([1, 3, 4]);
      expect(await store.verify()).toMatchObject({ ok: true, events: 3 });
      await stop();
    }, 20_000);

    it('tries the event again when the next process becomes the leader', async () => {
      const order = ids.next();
      const first = startLeading();
      await first.store.append(happening(order, 0));
      await eventually(async () => expect(await first.store.head()).toBe(1));
      await appendUnnumberable(order, 2);
      await eventually(async () => expect(await first.store.unnumbered()).toHaveLength(1));
      await first.stop();
      await test.admin(`set session_replication_role = replica;
        update ordering.order_events set "timestamp" = now() where "timestamp" = 'infinity'`);
      const second = startLeading();
      await eventually(async () => expect(await second.store.head()).toBe(2));
      expect(await second.store.unnumbered()).toEqual([]);
      await second.stop();
    }, 20_000);
  });
});
