import { testDatabase, type TestDatabase } from '../support/test-database';
import type { Database } from '#database';
import { happening, ids, key, storeOn } from '../../libs/event-store/src/testing/store';

let test: TestDatabase;
let db: Database;

beforeEach(async () => {
  test = await testDatabase();
  db = test.of('ordering');
});
afterEach(() => test.drop());

describe('Verifying', () => {
  const tamper = (sql: string, values: unknown[] = []) =>
    test.admin(`do $$ begin set local session_replication_role = replica;
      alter table ordering.order_events disable trigger all; alter table ordering.order_log disable trigger all;
      alter table ordering.order_seals disable trigger all;
      ${sql.replaceAll('$n', () => `'${String(values.shift())}'`)}; end $$`);

  /** Writes 30 events in three streams, with seals up to the positions 10 and 25. */
  async function writeLog() {
    const parts = storeOn(db);
    const run = await parts.sequencer.begin();
    const streams = [ids.next(), ids.next(), ids.next()];
    for (let n = 0; n < 30; n++) {
      await parts.store.append(happening(streams[n % 3], Math.floor(n / 3), [{ n, a: 1 }]));
      await run();
      if (n === 9 || n === 24) await parts.sealer.seal(n + 1);
    }
    return parts.store;
  }
  const eventAt = `(select event_id from ordering.order_log where position = 7)`;

  it('reports the number of unchanged events', async () => {
    const store = await writeLog();
    const steps: number[][] = [];
    expect(await store.verify(1, undefined, (...step) => steps.push(step))).toMatchObject({
      ok: true,
      from: 1,
      to: 30,
      events: 30,
      seals: 2,
      sealedThrough: 25,
      waiting: 0,
      hash: (await store.readLog(29, 1))[0].hash,
    });
    expect(steps).toEqual([[30, 30]]);
    expect(await store.verify(5, 12)).toMatchObject({ ok: true, events: 8, seals: 1 });
    expect(await store.verify(26)).toMatchObject({ ok: true, events: 5, seals: 0 });
    expect(await store.verify(40, 50)).toMatchObject({ ok: true, events: 0, seals: 0 });
  });

  it.each([
    ['event_type', `'Ended'`],
    ['event_data', `'{"n": 6, "a": 2}'`],
    ['metadata', `metadata || '{"x": 1}'`],
    ['"timestamp"', `"timestamp" + interval '1 microsecond'`],
    ['schema_version', '2'],
    ['version', '300'],
    ['order_id', 'gen_random_uuid()'],
  ])('names the position where %s was changed', async (column, value) => {
    const store = await writeLog();
    await tamper(`update ordering.order_events set ${column} = ${value} where id = ${eventAt}`);
    expect(await store.verify()).toMatchObject({ ok: false, finding: 'altered', position: 7 });
  });

  it.each([
    ['a hash was changed', 'altered', 7, `update ordering.order_log set hash = sha256('x') where position = 7`],
    ['an event was deleted', 'deleted', 7, `delete from ordering.order_events where id = ${eventAt}`],
    ['a position was deleted', 'deleted', 7, `delete from ordering.order_log where position = 7`],
    ['the first was deleted', 'deleted', 1, `delete from ordering.order_log where position = 1`],
    ['the tail was cut', 'cut', 21, `delete from ordering.order_log where position > 20`],
    [
      'a pair was swapped',
      'swapped',
      7,
      `update ordering.order_log l set event_id = gen.e from (
         select case position when 7 then 9 else 7 end as p, event_id as e from ordering.order_log where position in (7, 9)
       ) gen where false;
       alter table ordering.order_log drop constraint order_log_event_id_key;
       update ordering.order_log l set event_id = o.event_id from ordering.order_log o
         where (l.position, o.position) in ((7, 9), (9, 7))`,
    ],
    ['a seal was deleted', 'seal', 1, `delete from ordering.order_seals where position = 10`],
    ['a seal was forged', 'seal', 10, `update ordering.order_seals set root = sha256('x') where position = 10`],
    ['the unsealed tail was cut', 'unnumbered', null, `delete from ordering.order_log where position > 28`],
  ])('reports the fault if %s', async (_, finding, position, sql) => {
    const store = await writeLog();
    await tamper(sql);
    expect(await store.verify()).toMatchObject({ ok: false, finding, position });
  });

  it('names the sealed range if the whole chain was computed again', async () => {
    const store = await writeLog();
    await tamper(`update ordering.order_events set event_data = '{"n": 0}' where id = ${eventAt}`);
    await tamper(`delete from ordering.order_log; insert into ordering.order_pending (event_id)
      select id from ordering.order_events order by (event_data->>'n')::int, id`);
    const run = await storeOn(db).sequencer.begin();
    while ((await run()) > 0);
    expect(await store.verify()).toMatchObject({ ok: false, finding: 'recomputed', position: 1 });
    expect(key.id).toHaveLength(16);
  });

  it('finds an event that was deleted before it was numbered', async () => {
    const store = await writeLog();
    const order = ids.next();
    await store.append(happening(order, 0, [{}, {}]));
    expect(await store.verify()).toMatchObject({ ok: true, waiting: 2 });
    await tamper(
      `delete from ordering.order_events where order_id = $n and version = 2; delete from ordering.order_pending`,
      [order],
    );
    expect(await store.verify()).toMatchObject({ ok: false, finding: 'unnumbered' });
    await tamper(`delete from ordering.order_events where order_id = $n`, [order]);
    expect(await store.verify()).toMatchObject({ ok: false, finding: 'stream' });
  });
});
