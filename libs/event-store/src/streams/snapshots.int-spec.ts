import fc from 'fast-check';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { eventually } from '../../../../test/support/eventually';
import type { RecordedEvent } from './events';
import type { Reducer } from './reducer';
import { EventTypes } from './event-types';
import { SNAPSHOT_AFTER, Snapshots } from './snapshots.store';
import { happening, ids, macKey, storeOn } from '../testing/store';
import type { StreamDatabase } from './stream-database';
import { streamsIn } from '../testing/tables';

let test: TestDatabase;
let db: StreamDatabase;

beforeAll(async () => {
  test = await testDatabase();
  db = streamsIn(test.of('ordering'));
});
afterAll(() => test.drop());

interface Told {
  readonly words: string;
  readonly n: number;
  readonly at: string;
}

/** Minds the order of the events, so that one twice, or one too few, shows. */
const tale = (version = 1): Reducer<Told> => ({
  name: 'tale',
  version,
  project: (told, event) => {
    const { w, n } = (event as RecordedEvent<{ w: string; n: number }>).data;
    const words = `${told?.words ?? ''}${w}`.slice(-200);
    return { words, n: ((told?.n ?? 0) * 31 + n) % 1_000_003, at: event.timestamp.toISOString() };
  },
});

const snapshots = (order: string) =>
  test.admin<{ version: number; reducer_version: number }>(
    'select version, reducer_version from ordering.order_snapshots where order_id = $1 order by reducer_version',
    [order],
  );

const plainly = async (order: string, reducer: Reducer<Told>) => {
  const events = await storeOn(db).store.read(order);
  return events.reduce<Told | undefined>((told, event) => reducer.project(told, event), undefined);
};

const words = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({
    w: String.fromCharCode(97 + ((from + index) % 26)),
    n: from + index,
  }));

async function long(count: number): Promise<string> {
  const order = ids.next();
  await storeOn(db).store.append(happening(order, 0, words(count)));
  return order;
}

const snapshotAt = (order: string, version: number) =>
  eventually(async () => expect((await snapshots(order)).at(-1)).toMatchObject({ version }));

describe('A fold', () => {
  it('with snapshots is the fold without, of any prefix of any stream', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 5 }), async (chunks) => {
        const { store } = storeOn(db);
        const order = ids.next();
        let version = 0;
        for (const chunk of chunks) {
          await store.append(happening(order, version, words(chunk, version)));
          version += chunk;
          expect(await store.fold(order, tale())).toEqual({ state: await plainly(order, tale()), version });
          await store['snapshots'].beforeApplicationShutdown();
        }
        const kept = await snapshots(order);
        if (chunks.some((chunk) => chunk >= SNAPSHOT_AFTER)) expect(kept).toHaveLength(1);
        expect(kept.every((one) => one.version <= version)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('of a short stream leaves nothing behind, and is one question like any other', async () => {
    const order = await long(SNAPSHOT_AFTER - 1);
    const { store } = storeOn(db);
    const asked = jest.spyOn(db, 'query');
    await store.fold(order, tale());
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
    await store['snapshots'].beforeApplicationShutdown();
    expect(await snapshots(order)).toEqual([]);
  });

  it('of a long one reads what came after the snapshot, and nothing before', async () => {
    const order = await long(300);
    const { store } = storeOn(db);
    const first = await store.fold(order, tale());
    await snapshotAt(order, 300);
    await store.append(happening(order, 300, words(5, 300)));
    let projected = 0;
    const counting: Reducer<Told> = { ...tale(), project: (told, event) => (projected++, tale().project(told, event)) };
    expect(await store.fold(order, counting)).toEqual({ state: await plainly(order, tale()), version: 305 });
    expect(projected).toBe(5);
    expect(first.version).toBe(300);
  });

  it('knows a stream that does not exist', async () => {
    expect(await storeOn(db).store.fold(ids.next(), tale())).toEqual({ state: undefined, version: 0 });
  });
});

describe('A snapshot', () => {
  const forge = (order: string, set: string) =>
    test.admin(
      `update ordering.order_snapshots set state = '{"words": "lies", "n": -1, "at": ""}', ${set} where order_id = '${order}'`,
    );

  it.each([
    ['beyond the end of the stream', 'version = 400'],
    ['of an event that is not there (its append was rolled back)', 'event_id = gen_random_uuid()'],
    ['that ends with an event of another place', 'version = version - 1'],
    ["of another reducer's version", 'reducer_version = 0'],
  ])('%s is not believed', async (_, set) => {
    const order = await long(120);
    const { store } = storeOn(db);
    await store.fold(order, tale());
    await snapshotAt(order, 120);
    await forge(order, set);
    expect(await store.fold(order, tale())).toEqual({ state: await plainly(order, tale()), version: 120 });
  });

  it('made inside a transaction that fails is worth nothing', async () => {
    const order = await long(50);
    const { store } = storeOn(db);
    const failing = db.transaction(async () => {
      await store.append(happening(order, 50, words(100, 500)));
      await store.fold(order, tale());
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await snapshotAt(order, 150);
    await store.append(happening(order, 50, words(100, 50)));
    expect(await store.fold(order, tale())).toEqual({ state: await plainly(order, tale()), version: 150 });
  });

  it('of an earlier reducer is thrown away, and one of today takes its place', async () => {
    const order = await long(120);
    const { store } = storeOn(db);
    await store.fold(order, tale(1));
    await snapshotAt(order, 120);
    const shouting: Reducer<Told> = {
      ...tale(2),
      project: (told, event) => {
        const next = tale().project(told, event)!;
        return { ...next, words: next.words.toUpperCase() };
      },
    };
    expect((await store.fold(order, shouting)).state?.words).toMatch(/^[A-Z]+$/);
    await eventually(async () => expect(await snapshots(order)).toHaveLength(2));
    expect(await store['snapshots'].prune([tale(2)])).toBeGreaterThanOrEqual(1);
    expect(await snapshots(order)).toEqual([{ version: 120, reducer_version: 2 }]);
  });

  it('that cannot be written holds nobody up', async () => {
    const order = await long(120);
    const { store } = storeOn(db);
    await test.admin('alter table ordering.order_snapshots add constraint full_up check (version < 0) not valid');
    expect((await store.fold(order, tale())).version).toBe(120);
    await store['snapshots'].beforeApplicationShutdown();
    await test.admin('alter table ordering.order_snapshots drop constraint full_up');
    expect(await snapshots(order)).toEqual([]);
  });

  it('that somebody else has changed, put in or taken from another order is not believed, and goes', async () => {
    const [order, other] = [await long(SNAPSHOT_AFTER), await long(SNAPSHOT_AFTER + 1)];
    for (const one of [order, other]) await storeOn(db).store.fold(one, tale());
    await snapshotAt(order, SNAPSHOT_AFTER);
    await snapshotAt(other, SNAPSHOT_AFTER + 1);
    const changes = [
      `update ordering.order_snapshots set state = state || '{"n": 941000}' where order_id = $1`,
      `update ordering.order_snapshots s set state = o.state, mac = o.mac from ordering.order_snapshots o
       where s.order_id = $1 and o.order_id = '${other}'`,
      `update ordering.order_snapshots set mac = null where order_id = $1`,
    ];
    for (const change of changes) {
      await test.admin(change, [order]);
      const { state, version } = await storeOn(db).store.fold(order, tale());
      expect({ state, version }).toEqual({ state: await plainly(order, tale()), version: SNAPSHOT_AFTER });
      await snapshotAt(order, SNAPSHOT_AFTER); // a right one is kept instead
      expect((await storeOn(db).store.fold(order, tale())).state).toEqual(state);
    }
  });

  it('that was folded wrongly is found by holding it against its stream, and goes', async () => {
    const [order, right] = [await long(SNAPSHOT_AFTER), await long(SNAPSHOT_AFTER)];
    const wrong: Reducer<Told> = { ...tale(), project: (told, event) => ({ ...tale().project(told, event)!, n: 1 }) };
    await storeOn(db).store.fold(order, wrong);
    await storeOn(db).store.fold(right, tale());
    await snapshotAt(order, SNAPSHOT_AFTER);
    await snapshotAt(right, SNAPSHOT_AFTER);
    const watched = new Snapshots(db, new EventTypes([{ type: 'Happened' }, { type: 'Ended' }]), macKey);
    for (let after: string | undefined = '00000000-0000-0000-0000-000000000000'; after;)
      after = await watched.checkNext(tale(), after, 1);
    expect(await snapshots(order)).toEqual([]);
    expect(await snapshots(right)).toHaveLength(1);
  });
});
