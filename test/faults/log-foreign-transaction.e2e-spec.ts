import { setTimeout as pause } from 'node:timers/promises';
import { connect, type Database, type Statement } from '#database';
import type { Uuid } from '#kernel';
import { happening, ids, storeOn } from '../../libs/event-store/src/testing/store';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { recordResult, repeatCount } from './support/matrix';

const eventCount = repeatCount(200_000, 15_000);
const EVENTS_PER_BATCH = 20;
const WRITERS = 6;
const MAX_UNDELIVERED = 500;

jest.setTimeout(420_000);

const transactions = [
  ['that wrote, in this database', 'here', 'begin; create table public.elsewhere (n int); select pg_current_xact_id()'],
  ['that only reads, in this database', 'here', 'begin isolation level repeatable read; select count(*) from pg_class'],
  [
    'that wrote, in another database',
    'there',
    'begin; create table public.elsewhere (n int); select pg_current_xact_id()',
  ],
  [
    'that only reads, in another database',
    'there',
    'begin isolation level repeatable read; select count(*) from pg_class',
  ],
] as const;

interface Plan {
  readonly Plan: Readonly<Record<'Shared Hit Blocks' | 'Shared Read Blocks', number>>;
}

/** The number of pages that a query of the empty pending table reads. It does not depend on other load. */
async function countIdlePages(db: Database, run: () => Promise<number>): Promise<number> {
  const spy = jest.spyOn(db, 'query');
  while ((await run()) > 0);
  const [sql, values] = spy.mock.calls.at(-1) as [Statement, unknown[]];
  spy.mockRestore();
  expect(sql.name).toBe('orders:log-pending-marked');
  const [row] = await db.query<{ 'QUERY PLAN': Plan[] }>(`explain (analyze, buffers, format json) ${sql.text}`, values);
  const { Plan: plan } = row['QUERY PLAN'][0];
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
}

/** A reader that waited for the foreign transaction would wait until the last event, longer than this limit. */
const MAX_WAIT_MS = 4_000;

describe(`A transaction of other software, open while ${eventCount} events are appended`, () => {
  let test: TestDatabase;
  let other: TestDatabase;
  beforeEach(async () => {
    test = await testDatabase();
    other = await testDatabase({ empty: true });
  });
  afterEach(async () => {
    await test.drop();
    await other.drop();
  });

  it.each(transactions)('%s, does not delay delivery or slow down the sequencer', async (who, where, sql) => {
    const db = test.of('ordering');
    const { store, sequencer } = storeOn(db);
    const run = await sequencer.begin();
    await store.append(happening(ids.next(), 0));
    const before = await countIdlePages(db, run);
    const otherClient = await connect(where === 'here' ? test.url : other.url, 'stranger');
    await otherClient.query(sql);

    const acknowledged = new Map<Uuid, number>();
    let written = 0;
    let delivered = 1;
    const writer = async (): Promise<void> => {
      while (written < eventCount) {
        if (written - delivered > MAX_UNDELIVERED)
          await pause(2); // so that only delivery is measured, and not a queue in this test
        else {
          written += EVENTS_PER_BATCH;
          const { events } = await store.append(
            happening(
              ids.next(),
              0,
              Array.from({ length: EVENTS_PER_BATCH }, () => ({})),
            ),
          );
          for (const { id } of events) acknowledged.set(id, performance.now());
        }
      }
    };
    const writing = Promise.all(Array.from({ length: WRITERS }, writer));
    const waits: number[] = [];
    const wrong: string[] = [];
    const versions = new Map<Uuid, number>();
    let early = 0;
    while (delivered <= eventCount) {
      if ((await run()) === 0) await pause(1);
      for (const event of await store.readLog(delivered, 1_000)) {
        const since = acknowledged.get(event.id);
        if (since === undefined)
          early += 1; // the event was numbered before its writer had the answer
        else waits.push(performance.now() - since);
        acknowledged.delete(event.id);
        if (event.position !== delivered + 1) wrong.push(`position ${event.position} came after ${delivered}`);
        if (event.version !== (versions.get(event.streamId) ?? 0) + 1) wrong.push(`${event.id} is out of its order`);
        versions.set(event.streamId, event.version);
        delivered += 1;
      }
    }
    await writing;
    const after = await countIdlePages(db, run);
    await otherClient.query('rollback');
    await otherClient.end();

    expect(delivered).toBe(written + 1);
    expect(wrong).toEqual([]);
    expect(early).toBeLessThan(eventCount);
    expect(waits.reduce((most, wait) => Math.max(most, wait), 0)).toBeLessThan(MAX_WAIT_MS);
    expect(after - before).toBeLessThan(20); // the rows of the events take hundreds of pages
    recordResult({
      fault: `an open transaction ${who}, while events flow`,
      tried: eventCount,
      lost: eventCount - (delivered - 1),
      recoveryMs: waits.filter((_, index) => index % 100 === 0),
      note: `pages that the sequencer reads when there is nothing to number: ${before} before, ${after} after; back after: until the events were delivered`,
    });
  });
});
