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

interface Tale {
  readonly words: string;
  readonly n: number;
  readonly at: string;
}

/** A fold whose result depends on the order of the events, so that a repeated or missing event changes the result. */
const taleReducer = (version = 1): Reducer<Tale> => ({
  name: 'tale',
  version,
  project: (tale, event) => {
    const { w, n } = (event as RecordedEvent<{ w: string; n: number }>).data;
    const words = `${tale?.words ?? ''}${w}`.slice(-200);
    return { words, n: ((tale?.n ?? 0) * 31 + n) % 1_000_003, at: event.timestamp.toISOString() };
  },
});

const readSnapshots = (order: string) =>
  test.admin<{ version: number; reducer_version: number }>(
    'select version, reducer_version from ordering.order_snapshots where order_id = $1 order by reducer_version',
    [order],
  );

const foldWithoutSnapshots = async (order: string, reducer: Reducer<Tale>) => {
  const events = await storeOn(db).store.read(order);
  return events.reduce<Tale | undefined>((tale, event) => reducer.project(tale, event), undefined);
};

const words = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({
    w: String.fromCharCode(97 + ((from + index) % 26)),
    n: from + index,
  }));

async function createLongStream(count: number): Promise<string> {
  const order = ids.next();
  await storeOn(db).store.append(happening(order, 0, words(count)));
  return order;
}

const waitForSnapshot = (order: string, version: number) =>
  eventually(async () => expect((await readSnapshots(order)).at(-1)).toMatchObject({ version }));

describe('A fold', () => {
  it('gives the same result with and without snapshots, for any prefix of any stream', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 5 }), async (chunks) => {
        const { store } = storeOn(db);
        const order = ids.next();
        let version = 0;
        for (const chunk of chunks) {
          await store.append(happening(order, version, words(chunk, version)));
          version += chunk;
          expect(await store.fold(order, taleReducer())).toEqual({
            state: await foldWithoutSnapshots(order, taleReducer()),
            version,
          });
          await store['snapshots'].beforeApplicationShutdown();
        }
        const kept = await readSnapshots(order);
        if (chunks.some((chunk) => chunk >= SNAPSHOT_AFTER)) expect(kept).toHaveLength(1);
        expect(kept.every((one) => one.version <= version)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('of a short stream stores no snapshot, and needs one query', async () => {
    const order = await createLongStream(SNAPSHOT_AFTER - 1);
    const { store } = storeOn(db);
    const query = jest.spyOn(db, 'query');
    await store.fold(order, taleReducer());
    expect(query).toHaveBeenCalledTimes(1);
    query.mockRestore();
    await store['snapshots'].beforeApplicationShutdown();
    expect(await readSnapshots(order)).toEqual([]);
  });

  it('of a long stream reads only the events after the snapshot', async () => {
    const order = await createLongStream(300);
    const { store } = storeOn(db);
    const first = await store.fold(order, taleReducer());
    await waitForSnapshot(order, 300);
    await store.append(happening(order, 300, words(5, 300)));
    let projected = 0;
    const counting: Reducer<Tale> = {
      ...taleReducer(),
      project: (tale, event) => (projected++, taleReducer().project(tale, event)),
    };
    expect(await store.fold(order, counting)).toEqual({
      state: await foldWithoutSnapshots(order, taleReducer()),
      version: 305,
    });
    expect(projected).toBe(5);
    expect(first.version).toBe(300);
  });

  it('of a stream that does not exist gives no state and version 0', async () => {
    expect(await storeOn(db).store.fold(ids.next(), taleReducer())).toEqual({ state: undefined, version: 0 });
  });
});

describe('A snapshot', () => {
  const forge = (order: string, set: string) =>
    test.admin(
      `update ordering.order_snapshots set state = '{"words": "lies", "n": -1, "at": ""}', ${set} where order_id = '${order}'`,
    );

  it.each([
    ['with a version after the end of the stream', 'version = 400'],
    ['of an event that does not exist (its append was rolled back)', 'event_id = gen_random_uuid()'],
    ['with the version of another event', 'version = version - 1'],
    ["of another reducer's version", 'reducer_version = 0'],
  ])('%s is not used', async (_, set) => {
    const order = await createLongStream(120);
    const { store } = storeOn(db);
    await store.fold(order, taleReducer());
    await waitForSnapshot(order, 120);
    await forge(order, set);
    expect(await store.fold(order, taleReducer())).toEqual({
      state: await foldWithoutSnapshots(order, taleReducer()),
      version: 120,
    });
  });

  it('of a transaction that was rolled back is not used', async () => {
    const order = await createLongStream(50);
    const { store } = storeOn(db);
    const failing = db.transaction(async () => {
      await store.append(happening(order, 50, words(100, 500)));
      await store.fold(order, taleReducer());
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await waitForSnapshot(order, 150);
    await store.append(happening(order, 50, words(100, 50)));
    expect(await store.fold(order, taleReducer())).toEqual({
      state: await foldWithoutSnapshots(order, taleReducer()),
      version: 150,
    });
  });

  it('of an earlier reducer version is deleted, and a new one is stored', async () => {
    const order = await createLongStream(120);
    const { store } = storeOn(db);
    await store.fold(order, taleReducer(1));
    await waitForSnapshot(order, 120);
    const shouting: Reducer<Tale> = {
      ...taleReducer(2),
      project: (tale, event) => {
        const next = taleReducer().project(tale, event)!;
        return { ...next, words: next.words.toUpperCase() };
      },
    };
    expect((await store.fold(order, shouting)).state?.words).toMatch(/^[A-Z]+$/);
    await eventually(async () => expect(await readSnapshots(order)).toHaveLength(2));
    expect(await store['snapshots'].prune([taleReducer(2)])).toBeGreaterThanOrEqual(1);
    expect(await readSnapshots(order)).toEqual([{ version: 120, reducer_version: 2 }]);
  });

  it('that cannot be written does not stop the fold', async () => {
    const order = await createLongStream(120);
    const { store } = storeOn(db);
    await test.admin('alter table ordering.order_snapshots add constraint full_up check (version < 0) not valid');
    expect((await store.fold(order, taleReducer())).version).toBe(120);
    await store['snapshots'].beforeApplicationShutdown();
    await test.admin('alter table ordering.order_snapshots drop constraint full_up');
    expect(await readSnapshots(order)).toEqual([]);
  });

  it('that was changed or copied from another order by hand is not used, and is deleted', async () => {
    const [order, other] = [await createLongStream(SNAPSHOT_AFTER), await createLongStream(SNAPSHOT_AFTER + 1)];
    for (const one of [order, other]) await storeOn(db).store.fold(one, taleReducer());
    await waitForSnapshot(order, SNAPSHOT_AFTER);
    await waitForSnapshot(other, SNAPSHOT_AFTER + 1);
    const changes = [
      `update ordering.order_snapshots set state = state || '{"n": 941000}' where order_id = $1`,
      `update ordering.order_snapshots s set state = o.state, mac = o.mac from ordering.order_snapshots o
       where s.order_id = $1 and o.order_id = '${other}'`,
      `update ordering.order_snapshots set mac = null where order_id = $1`,
    ];
    for (const change of changes) {
      await test.admin(change, [order]);
      const { state, version } = await storeOn(db).store.fold(order, taleReducer());
      expect({ state, version }).toEqual({
        state: await foldWithoutSnapshots(order, taleReducer()),
        version: SNAPSHOT_AFTER,
      });
      await waitForSnapshot(order, SNAPSHOT_AFTER); // a correct snapshot is stored instead
      expect((await storeOn(db).store.fold(order, taleReducer())).state).toEqual(state);
    }
  });

  it('with a wrong state is found by a comparison with its stream, and is deleted', async () => {
    const [order, right] = [await createLongStream(SNAPSHOT_AFTER), await createLongStream(SNAPSHOT_AFTER)];
    const wrong: Reducer<Tale> = {
      ...taleReducer(),
      project: (tale, event) => ({ ...taleReducer().project(tale, event)!, n: 1 }),
    };
    await storeOn(db).store.fold(order, wrong);
    await storeOn(db).store.fold(right, taleReducer());
    await waitForSnapshot(order, SNAPSHOT_AFTER);
    await waitForSnapshot(right, SNAPSHOT_AFTER);
    const watched = new Snapshots(db, new EventTypes([{ type: 'Happened' }, { type: 'Ended' }]), macKey);
    for (let after: string | undefined = '00000000-0000-0000-0000-000000000000'; after;)
      after = await watched.checkNext(taleReducer(), after, 1);
    expect(await readSnapshots(order)).toEqual([]);
    expect(await readSnapshots(right)).toHaveLength(1);
  });
});
