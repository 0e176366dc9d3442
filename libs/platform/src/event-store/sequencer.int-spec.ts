import { setTimeout as pause } from 'node:timers/promises';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { connect, type Database } from '#platform/database';
import type { RecordedEvent } from './events';
import { happening, ids, storeOn } from './testing/store';

let test: TestDatabase;
let db: Database;

beforeEach(async () => {
  test = await testDatabase();
  db = test.of('ordering');
});
afterEach(() => test.drop());

const stranger = async () => connect(test.url, 'stranger');

async function log(store: ReturnType<typeof storeOn>['store']): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for (let batch; (batch = await store.readLog(all.length, 700)).length > 0;) all.push(...batch);
  return all;
}

const inOrder = (events: readonly RecordedEvent[]): void => {
  expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
  const versions = new Map<string, number>();
  for (const { orderId, version } of events) {
    expect(version).toBe((versions.get(orderId) ?? 0) + 1);
    versions.set(orderId, version);
  }
};

describe('The sequencer', () => {
  it('gives every committed event one position, each stream in order, whatever aborts, sleeps or is in the way', async () => {
    const { store, sequencer } = storeOn(db);
    const stop = new AbortController();
    const leading = sequencer.lead(stop.signal);
    const sleeper = await stranger();
    await sleeper.query('begin; create temporary table t (n int); select pg_current_xact_id()'); // holds xmin all the while
    const committed: string[] = [];
    const streams = Array.from({ length: 8 }, () => ids.next());
    const one = async (turn: number) => {
      const order = streams[Math.floor(Math.random() * streams.length)];
      const version = (await store.read(order)).length;
      const items = Array.from({ length: 1 + (turn % 3) }, () => ({ turn }));
      const append = happening(order, version, items);
      if (turn % 4 === 0) return committed.push(...(await store.append(append)).events.map(({ id }) => id));
      const { events } = await db.transaction(async () => {
        await db.query('select pg_current_xact_id()'); // writes elsewhere first: an early transaction id
        if (turn % 3 === 0) await pause(Math.random() * 20);
        const appended = await store.append(append);
        if (turn % 5 === 0) await pause(Math.random() * 20);
        if (turn % 7 === 0) throw new Error('changed my mind');
        return appended;
      });
      return committed.push(...events.map(({ id }) => id));
    };
    const writer = async (n: number) => {
      for (let i = 0; i < 15; i++) await one(n * 31 + i).catch(() => undefined);
    };
    await Promise.all(Array.from({ length: 20 }, (_, n) => writer(n)));
    for (let i = 0; i < 200 && (await store.head()) < committed.length; i++) await pause(20);
    stop.abort();
    await leading;
    const events = await log(store);
    expect(events.map(({ id }) => id).sort()).toEqual(committed.sort());
    inOrder(events);
    await sleeper.end();
    expect(await store.verify()).toMatchObject({ ok: true, events: committed.length, waiting: 0 });
  }, 30_000);

  it('keeps a stream in order though its later event has the older transaction', async () => {
    const { store, sequencer } = storeOn(db);
    const run = await sequencer.begin();
    const order = ids.next();
    let appendFirst: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (appendFirst = resolve));
    const late = db.transaction(async () => {
      await db.query('select pg_current_xact_id()');
      await first;
      return store.append(happening(order, 1));
    });
    await pause(50);
    await store.append(happening(order, 0));
    appendFirst();
    await late;
    await store.append(happening(order, 2));
    while ((await run()) > 0);
    inOrder(await log(store));
    expect(await store.head()).toBe(3);
  });

  it.each([
    ['that wrote', 'begin; create table public.elsewhere (n int)'],
    ['that only reads', 'begin isolation level repeatable read; select 1'],
  ])('is not held up by a transaction of somebody else %s', async (_, sql) => {
    const { store, sequencer } = storeOn(db);
    const other = await stranger();
    await other.query(sql);
    const stop = new AbortController();
    const leading = sequencer.lead(stop.signal);
    const lags: number[] = [];
    for (let i = 0; i < 20; i++) {
      const begun = performance.now();
      const numbered = new Promise<void>((resolve) => {
        const off = store.onNumbered((head) => head > i && (off(), resolve()));
      });
      await store.append(happening(ids.next(), 0));
      await numbered;
      lags.push(performance.now() - begun);
    }
    stop.abort();
    await leading;
    await other.end();
    expect(Math.max(...lags)).toBeLessThan(1_000);
  });

  it('delivers what a transaction wrote that was open while others came and went', async () => {
    const { store, sequencer } = storeOn(db);
    const [slow, order] = [ids.next(), ids.next()];
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const open = db.transaction(async () => {
      await store.append(happening(slow, 0));
      await ended;
    });
    await pause(50);
    for (let version = 0; version < 5; version++) await store.append(happening(order, version));
    const first = await sequencer.begin();
    while ((await first()) > 0);
    await store.append(happening(order, 5));
    while ((await first()) > 0);
    const second = await storeOn(db).sequencer.begin(); // a new leader, while it is still open
    await store.append(happening(order, 6));
    while ((await second()) > 0);
    expect(await store.head()).toBe(7);
    end();
    await open;
    while ((await second()) > 0);
    expect((await store.read(slow))[0].position).toBe(8);
  });

  it('is fenced: of two that lead at once only one numbers, and nothing is numbered twice', async () => {
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
    const events = await log(store);
    inOrder(events);
    expect(events).toHaveLength(320);
    expect(await store.verify()).toMatchObject({ ok: true, events: 320 });
  }, 20_000);

  it('refuses the batch of a leader that slept', async () => {
    const { store, sequencer } = storeOn(db);
    await store.append(happening(ids.next(), 0));
    const stale = await sequencer.begin();
    const fresh = await storeOn(db).sequencer.begin();
    await fresh();
    await store.append(happening(ids.next(), 0));
    await expect(stale()).rejects.toMatchObject({ code: '23505' });
    await fresh();
    expect(await store.head()).toBe(2);
  });
});
