import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { EventBroken } from '#kernel';
import type { Database } from '#database';
import { projectionsOn } from '../projections/testing/tally';
import type { Projection } from '../projections/live/projection';
import { eventually } from '../../../../test/support/eventually';
import { UnknownEvent } from './errors';
import { EventTypes } from './event-types';
import type { RecordedEvent } from './events';
import { happening, ids, storeOn } from '../testing/store';

let test: TestDatabase;
let db: Database;

beforeEach(async () => {
  test = await testDatabase();
  db = test.of('ordering');
});
afterEach(() => test.drop());

/** Three builds of one shop. Each build has one more schema version of the same event. */
const toNames = ({ name }: { name: string }) => ({ names: [name] });
const toCups = ({ names }: { names: string[] }) => ({ cups: names.map((name) => ({ name, sugar: true })) });
const builds = [[], [toNames], [toNames, toCups]].map((upcasts) => new EventTypes([{ type: 'Happened', upcasts }]));
const shapes = [{ name: 'Phin' }, { names: ['Phin'] }, { cups: [{ name: 'Phin', sugar: true }] }];
const [oldest, middle, newest] = builds as [EventTypes, EventTypes, EventTypes];

/** Creates a stream to which each build appends an event of its own shape. */
async function appendWithEachBuild(): Promise<string> {
  const order = ids.next();
  for (const [index, types] of builds.entries()) {
    const events = [{ type: 'Happened', schemaVersion: index + 1, data: shapes[index] }];
    await storeOn(db, types).store.append({ ...happening(order, index), events });
  }
  return order;
}

const cups: Projection<{ cups: string[] }> = {
  name: 'cups',
  version: 1,
  columns: {},
  indexes: [],
  project: (view, event) => ({
    cups: [
      ...(view?.cups ?? []),
      ...(event as RecordedEvent<{ cups: { name: string }[] }>).data.cups.map(({ name }) => name),
    ],
  }),
};

const numberAll = async (types: EventTypes) => {
  const run = await storeOn(db, types).sequencer.begin();
  while ((await run()) > 0);
};

describe('Events of three builds', () => {
  it('have the newest shape in each read, and their stored bytes do not change', async () => {
    const order = await appendWithEachBuild();
    const { store } = storeOn(db, newest);
    await numberAll(newest);
    const expected = shapes.map(() => ({ schemaVersion: 3, data: shapes[2] }));
    expect(await store.read(order)).toMatchObject(expected);
    expect(await store.readMarked(order)).toMatchObject(expected);
    expect(await store.readLog(0, 10)).toMatchObject(expected);
    expect(await store.readLog(0, 10, 'Happened')).toMatchObject(expected);
    const { state } = await store.fold(order, cups);
    expect(state).toEqual({ cups: ['Phin', 'Phin', 'Phin'] });
    const asWritten = shapes.map((data, index) => ({ schemaVersion: index + 1, data }));
    expect(await store.readStored(order)).toMatchObject(asWritten);
    expect(await store.readStoredLog(0, 10, 'Happened')).toMatchObject(asWritten);
    const rows = await test.admin('select event_data as data from ordering.order_events order by version');
    expect(rows).toEqual(shapes.map((data) => ({ data })));
    expect(await store.verify()).toMatchObject({ ok: true, events: 3 });
  });

  it('are folded into a read model', async () => {
    const order = await appendWithEachBuild();
    const shop = projectionsOn(db, [cups], newest);
    const stop = shop.lead('cups');
    await eventually(async () => {
      const rows = await shop.models.read('cups', (table) =>
        db.query<{ view: object }>(`select view from ${table} where order_id = $1`, [order]),
      );
      expect(rows).toEqual([{ view: { cups: ['Phin', 'Phin', 'Phin'] } }]);
    });
    await stop();
  });
});

describe('An event of a newer build', () => {
  it.each([
    ['of a later schema version', oldest, 2],
    ['of an unknown type', new EventTypes([{ type: 'Ended' }]), 1],
  ])('%s stops commands on its stream, and is shown as it is stored', async (_, types, known) => {
    const order = await appendWithEachBuild();
    await numberAll(types);
    const { store } = storeOn(db, types);
    await expect(store.read(order)).rejects.toThrow(UnknownEvent);
    await expect(store.read(order)).rejects.toMatchObject({ code: 'UNAVAILABLE', kind: 'unavailable' });
    await expect(store.fold(order, cups)).rejects.toThrow(UnknownEvent);
    await expect(store.append(happening(order, 3, [{}], { events: [future] }))).rejects.toThrow(UnknownEvent);
    for (const events of [await store.readStored(order), await store.readMarked(order), await store.readLog(0, 9)]) {
      expect(events.map(({ data }) => data)).toEqual(shapes);
      expect(events.slice(known).map(({ unreadable }) => unreadable)).toEqual(
        shapes.slice(known).map(() => expect.any(UnknownEvent)),
      );
    }
    expect(await store.verify()).toMatchObject({ ok: true });
  });
  const future = { type: 'Unknown', schemaVersion: 1, data: {} };

  it('sets only its own order aside in a read model, and the newer build folds the order again', async () => {
    const rowsOf = (shop: ReturnType<typeof projectionsOn>) =>
      shop.models.read('cups', (table) =>
        db.query<{ id: string; version: number }>(`select order_id as id, version from ${table} order by order_id`),
      );
    const [behind, after] = [await appendWithEachBuild(), ids.next()];
    const append = (types: EventTypes, schemaVersion: number) =>
      storeOn(db, types).store.append(
        happening(after, schemaVersion - 2, [{}], {
          events: [{ type: 'Happened', schemaVersion, data: shapes[schemaVersion - 1] }],
        }),
      );
    await append(middle, 2);
    const tolerant = { ...cups, project: (view?: { cups: string[] }) => ({ cups: [...(view?.cups ?? []), 'x'] }) };
    const old = projectionsOn(db, [tolerant], middle);
    const stop = old.lead('cups');
    // The second of the three builds knows two events of the first order, and all events of the second order.
    await eventually(async () => {
      expect(await rowsOf(old)).toEqual([
        { id: behind, version: 2 },
        { id: after, version: 1 },
      ]);
      expect(await old.models.position('cups')).toBe(4);
    });
    const [failure] = await test.admin<{ error: string }>('select * from ordering.projection_failures');
    expect(failure).toMatchObject({ order_id: behind, error: expect.stringContaining('Happened, schema version 3') });
    await stop();

    const next = projectionsOn(db, [tolerant], newest);
    const stopNext = next.lead('cups');
    await eventually(async () => {
      expect(await rowsOf(next)).toContainEqual({ id: behind, version: 3 });
      expect(await test.admin('select * from ordering.projection_failures')).toEqual([]);
    });
    await stopNext();
  });

  it('cannot be read if its upcast fails, and the other events of the log can still be read', async () => {
    const order = await appendWithEachBuild();
    await numberAll(newest);
    const broken = new EventTypes([{ type: 'Happened', upcasts: [() => JSON.parse('{') as object, toCups] }]);
    const { store } = storeOn(db, broken);
    const log = await store.readLog(0, 9);
    expect(log.map(({ unreadable }) => unreadable?.name)).toEqual(['EventBroken', undefined, undefined]);
    await expect(store.read(order)).rejects.toThrow(EventBroken);
  });
});
