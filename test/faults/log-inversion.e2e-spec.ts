import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '#database';
import { flaws } from '../../libs/event-store/src/testing/schedule';
import { happening, ids, storeOn } from '../../libs/event-store/src/testing/store';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { recordResult, repeatCount } from './support/matrix';

const cases = repeatCount(1_000, 50);

jest.setTimeout(120_000);

describe('The event of a transaction that wrote to another table first', () => {
  let test: TestDatabase;
  let db: Database;
  beforeAll(async () => {
    test = await testDatabase();
    db = test.of('ordering');
  });
  afterAll(() => test.drop());

  /** Appends two events to a stream. The older transaction appends the second event. */
  async function appendInInvertedOrder(store: ReturnType<typeof storeOn>['store']): Promise<void> {
    const order = ids.next();
    let onIdTaken: () => void = () => undefined;
    let appended: () => void = () => undefined;
    const idTaken = new Promise<void>((resolve) => (onIdTaken = resolve));
    const first = new Promise<void>((resolve) => (appended = resolve));
    const second = db.transaction(async () => {
      await db.query('select pg_current_xact_id()');
      onIdTaken();
      await first;
      await store.append(happening(order, 1));
    });
    await idTaken;
    await store.append(happening(order, 0));
    appended();
    await second;
  }

  it(`is delivered in the order of its stream, ${cases} of ${cases} times`, async () => {
    const { store, sequencer } = storeOn(db);
    const stop = new AbortController();
    const leading = sequencer.lead(stop.signal);
    for (let n = 0; n < cases; n++) await appendInInvertedOrder(store);
    for (let wait = 0; wait < 500 && (await store.head()) < cases * 2; wait++) await pause(20);
    stop.abort();
    await leading;
    const log = [];
    for (let batch; (batch = await store.readLog(log.length, 1_000)).length > 0;) log.push(...batch);
    expect(log).toHaveLength(cases * 2);
    expect(flaws(log)).toEqual([]);
    const [{ inversions }] = await test.admin<{ inversions: number }>(
      `select count(*)::int as inversions from ordering.order_events a join ordering.order_events b using (order_id)
       where a.version = 1 and b.version = 2 and b.xmin::text::bigint < a.xmin::text::bigint`,
    );
    expect(inversions).toBe(cases); // otherwise the test has tested nothing
    recordResult({
      fault: 'a transaction that wrote elsewhere first (inversion)',
      tried: cases,
      lost: flaws(log).length,
    });
  });
});
