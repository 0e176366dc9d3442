import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../../../test/support/eventually';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { happening, ids } from '../testing/store';
import { createFirstTable } from './live/ddl';
import { Follower } from './live/follower';
import type { RebuildState } from './rebuild/rebuild';
import { RebuildNotReady, RebuildRunning } from './rebuild/rebuild-errors';
import { projectionsOn, tallyOf, type Tally } from './testing/tally';
import type { StreamDatabase } from '../streams/stream-database';
import { streamsIn } from '../testing/tables';

let test: TestDatabase;
let db: StreamDatabase;
type Shop = ReturnType<typeof projectionsOn>;
const stops: (() => Promise<void>)[] = [];
let names = 0;
const newName = (): string => `tally-${String.fromCharCode(97 + names++)}`;

beforeEach(async () => {
  test = await testDatabase();
  db = streamsIn(test.of('ordering'));
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await test.drop();
});

const startLeading = (shop: Shop, ...all: string[]): (() => Promise<void>) => {
  const stop = shop.lead(...all);
  stops.push(stop);
  return stop;
};

const appendTo = async (shop: Shop, order: string, from: number, data: readonly object[]): Promise<void> => {
  await shop.store.append(happening(order, from, data));
};

/**
 * Appends `events` events to each of `orders` new orders, one version after the other. Returns the ids of the orders.
 */
async function appendOrders(shop: Shop, orders: number, events: number): Promise<string[]> {
  const all = Array.from({ length: orders }, () => ids.next());
  for (let version = 0; version < events; version++) {
    await Promise.all(all.map((order, index) => appendTo(shop, order, version, [{ n: index + version }])));
  }
  return all;
}

const waitUntilCaughtUp = (shop: Shop, name: string) =>
  eventually(async () => {
    const [pending] = await db.query<{ n: number }>('select count(*)::int as n from order_pending');
    return (
      pending.n === 0 &&
      (await shop.models.position(name)) === (await shop.store.head()) &&
      (await shop.store.head()) > 0
    );
  });

const readRows = async (table: string) =>
  db.query<{ order_id: string; position: number; version: number; view: Tally }>(
    `select order_id, position, version, view, sum from ${table} order by order_id`,
  );

/** The rows that the table should have: every stream folded from its first event. */
async function expectedRows() {
  const rows = await db.query<{ order_id: string; position: number; version: number; view: Tally; sum: number }>(
    `select e.order_id, max(l.position) as position, max(e.version) as version,
       jsonb_build_object('count', count(*), 'sum', sum((e.event_data->>'n')::int)) as view,
       sum((e.event_data->>'n')::int)::int as sum
     from order_events e join order_log l on l.event_id = e.id group by e.order_id order by e.order_id`,
  );
  return rows;
}

const waitForState = (shop: Shop, name: string, id: string, state: RebuildState) =>
  eventually(async () => (await shop.rebuilds.view(name, id)).state === state);

describe('A projection', () => {
  it('reflects every event once, in the order of its stream, while events are appended', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    startLeading(shop, name);
    await appendOrders(shop, 20, 5);
    await waitUntilCaughtUp(shop, name);
    expect(await readRows(await shop.models.table(name))).toEqual(await expectedRows());
  });

  it('is complete again without a new event after its table and its checkpoint were replaced by an older copy', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    startLeading(shop, name);
    await appendOrders(shop, 2, 1);
    await waitUntilCaughtUp(shop, name);
    const table = await shop.models.table(name);
    const position = await shop.models.position(name);
    await test.admin(`create table public.older as table ordering.${table}`);
    await appendOrders(shop, 2, 1);
    await waitUntilCaughtUp(shop, name);
    await test.admin(`begin; truncate ordering.${table}; insert into ordering.${table} table public.older;
      update ordering.projection_checkpoints set position = ${position} where relation = '${table.replaceAll('"', '')}'; commit`);
    await eventually(async () => expect(await readRows(table)).toEqual(await expectedRows()), 15_000);
  });

  it('counts each event once, although two processes lead at the same time', async () => {
    const name = newName();
    const [one, two] = [projectionsOn(db, [tallyOf(name)]), projectionsOn(test.of('ordering'), [tallyOf(name)])];
    startLeading(one, name);
    const stop = new AbortController();
    const secondLeader = two.live.run(name, stop.signal);
    stops.push(async () => {
      stop.abort();
      await secondLeader;
    });
    await appendOrders(one, 10, 8);
    await waitUntilCaughtUp(one, name);
    expect(await readRows(await one.models.table(name))).toEqual(await expectedRows());
  });

  it('is complete although its connections are cut again and again', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    const writer = projectionsOn(test.of('ordering'), []);
    startLeading(shop, name);
    const cutting = new AbortController();
    const cutter = (async () => {
      for (; !cutting.signal.aborted; await pause(25)) {
        await test.admin(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name = 'shop ordering' and query like '%projection_checkpoints%' and datname = current_database()`,
        );
      }
    })();
    const orders = Array.from({ length: 10 }, () => ids.next());
    for (let version = 0; version < 20; version++) {
      for (const order of orders) {
        const append = happening(order, version, [{ n: version }]);
        for (let tries = 0; ; tries++) {
          const failed = await writer.store.append(append).then(
            () => false,
            (error: unknown) => {
              if (tries > 20) throw error;
              return true;
            },
          );
          if (!failed) break;
        }
      }
    }
    cutting.abort();
    await cutter;
    await waitUntilCaughtUp(shop, name);
    expect(await readRows(await shop.models.table(name))).toEqual(await expectedRows());
  });

  it('writes nothing of a batch if another process has moved the checkpoint', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    const stop = startLeading(shop);
    await appendOrders(shop, 3, 2);
    await eventually(async () => (await shop.store.head()) === 6);
    await stop();
    await shop.registry.ensureLive(name);
    const table = (await shop.registry.live(name))!;
    const [first, second] = [0, 1].map(() => new Follower(db, shop.store, tallyOf(name), table, new Set()));
    expect(await first.step(4)).toEqual({ outcome: 'moved', events: 4 });
    expect(await second.step(6)).toEqual({ outcome: 'lost', events: 0 });
    expect((await shop.registry.live(name))!.position).toBe(4);
    expect(await first.step(10)).toEqual({ outcome: 'moved', events: 2 });
    expect(await readRows(await shop.models.table(name))).toEqual(await expectedRows());
  });

  it('sets an order aside if it cannot use an event of the order, updates all other orders, and folds the order again in a newer build', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    const stop = startLeading(shop, name);
    const [failing, other, large] = [ids.next(), ids.next(), ids.next()];
    await appendTo(shop, failing, 0, [{ n: 1 }]);
    await appendTo(shop, failing, 1, [{ n: 1, poison: true }]);
    await appendTo(shop, large, 0, [{ n: 3_000_000_000 }]); // too large for its column
    await appendTo(shop, other, 0, [{ n: 1 }, { n: 1 }, { n: 1 }]);
    await appendTo(shop, failing, 2, [{ n: 1 }]);
    await waitUntilCaughtUp(shop, name);
    const table = await shop.models.table(name);
    expect((await readRows(table)).map((row) => [row.order_id, row.view.count])).toEqual([
      [failing, 1],
      [other, 3],
    ]);
    expect((await shop.models.status()).find((one) => one.name === name)).toMatchObject({ setAside: 2, lag: 0 });
    const failures = await db.query<{ order_id: string; error: string }>(
      'select order_id, error from projection_failures order by position',
    );
    expect(failures[0]).toEqual({ order_id: failing, error: 'Error: poison' });
    expect(failures[1].order_id).toBe(large);
    await stop();

    const newerBuild = projectionsOn(test.of('ordering'), [tallyOf(name, 1, true)]);
    startLeading(newerBuild, name);
    await eventually(async () =>
      (await readRows(table)).some((row) => row.order_id === failing && row.view.count === 3),
    );
    expect((await newerBuild.models.status()).find((one) => one.name === name)!.setAside).toBe(1);
  });

  it('lets readers wait for a version', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    startLeading(shop, name);
    const order = ids.next();
    await appendTo(shop, order, 0, [{}]);
    await waitUntilCaughtUp(shop, name);
    const waiting = shop.models.waitFor(name, order, 2, 5_000);
    await pause(50);
    await appendTo(shop, order, 1, [{}]);
    expect(await waiting).toBe(true);
    expect(await shop.models.waitFor(name, order, 3, 50)).toBe(false);
  });
});

describe('A rebuild', () => {
  it('builds the same table beside the live table while events are appended, and loses no event at the switch', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    startLeading(shop, name);
    await appendOrders(shop, 20, 3);
    await waitUntilCaughtUp(shop, name);
    const old = await shop.models.table(name);
    const stop = new AbortController();
    let lastVersion = 0;
    const order = ids.next();
    let version = 0;
    const writing = (async () => {
      for (; !stop.signal.aborted; version++) await appendTo(shop, order, version, [{ n: 1 }]);
    })();
    const reading = (async () => {
      for (; !stop.signal.aborted; await pause(1)) {
        const [row] = await shop.models.read(name, (table) =>
          db.query<{ version: number }>(`select version from ${table} where order_id = $1`, [order]),
        );
        expect(row?.version ?? 0).toBeGreaterThanOrEqual(lastVersion);
        lastVersion = row?.version ?? 0;
      }
    })();
    const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
    await waitForState(shop, name, id, 'live');
    await pause(100);
    stop.abort();
    await Promise.all([writing, reading]);
    await waitUntilCaughtUp(shop, name);
    const table = await shop.models.table(name);
    expect(table).not.toBe(old);
    expect(await readRows(table)).toEqual(await expectedRows());
    expect(version).toBeGreaterThan(5);
    expect(await shop.registry.findTable(old.replaceAll('"', ''))).toMatchObject({ state: 'kept', follows: false });
  });

  it('stays ready until a person requests the switch, is kept up to date, and reports its exact progress', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    startLeading(shop, name);
    const [order] = await appendOrders(shop, 5, 2);
    await waitUntilCaughtUp(shop, name);
    const started = await shop.rebuilds.start(name, 'manual', null, 'test');
    expect(started).toMatchObject({ projection: name, state: 'preparing', done: 0, total: 10, percent: 0 });
    await expect(shop.rebuilds.start(name, 'manual', null, 'test')).rejects.toThrow(RebuildRunning);
    await expect(shop.goLive.now(name, started.id)).rejects.toThrow(RebuildNotReady);
    await waitForState(shop, name, started.id, 'ready');
    await appendTo(shop, order, 2, [{ n: 1 }]);
    await eventually(async () => (await shop.rebuilds.view(name, started.id)).done === 11);
    expect(await shop.rebuilds.view(name, started.id)).toMatchObject({
      done: 11,
      total: 11,
      percent: 100,
      secondsLeft: 0,
    });
    expect(await shop.goLive.now(name, started.id)).toMatchObject({ state: 'live', done: 11, total: 11 });
    expect(await shop.goLive.now(name, started.id)).toMatchObject({ state: 'live' });
    await appendTo(shop, order, 3, [{ n: 1 }]);
    await waitUntilCaughtUp(shop, name);
    expect(await readRows(await shop.models.table(name))).toEqual(await expectedRows());
  });

  it('continues from its own checkpoint after a crash', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    const stop = startLeading(shop, name);
    await appendOrders(shop, 30, 4);
    await waitUntilCaughtUp(shop, name);
    await stop();
    const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
    // The state after a crash: a process has handled only the first forty events.
    const row = await shop.rows.readRow(name, id);
    await shop.registry.createTable(row.relation, tallyOf(name));
    await shop.rows.changeState(row, 'replaying');
    const interrupted = new Follower(
      db,
      shop.store,
      tallyOf(name),
      (await shop.registry.findTable(row.relation))!,
      new Set(),
    );
    await interrupted.step(40);
    expect(await shop.rebuilds.view(name, id)).toMatchObject({ state: 'replaying', done: 40, total: 120, percent: 33 });

    const next = projectionsOn(test.of('ordering'), [tallyOf(name)]);
    const reads = jest.spyOn(next.store, 'readForViews');
    startLeading(next, name);
    await waitForState(next, name, id, 'live');
    expect(reads).toHaveBeenCalled();
    expect(Math.min(...reads.mock.calls.map(([after]) => after))).toBeGreaterThanOrEqual(40);
    expect(await readRows(await next.models.table(name))).toEqual(await expectedRows());
  });

  it('with a new version of the reducer replaces the table of the old version', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    const stop = startLeading(shop, name);
    await appendOrders(shop, 5, 2);
    await waitUntilCaughtUp(shop, name);
    await stop();
    const versionTwo = {
      ...tallyOf(name, 2),
      columns: { sum: { type: 'bigint' as const, of: (view: Tally) => view.sum } },
    };
    const next = projectionsOn(test.of('ordering'), [tallyOf(name), versionTwo]);
    startLeading(next, name);
    const { id } = await next.rebuilds.start(name, 'auto', null, 'test');
    await waitForState(next, name, id, 'live');
    expect(await next.models.table(name)).toBe(`"${name.replace('-', '_')}_v2"`);
    expect(await readRows(await next.models.table(name))).toEqual(await expectedRows());
    const withoutVersionOne = projectionsOn(db, [versionTwo]);
    await expect(withoutVersionOne.registry.expectReducers()).rejects.toThrow('not in this build');
  });

  it('of single orders corrects their rows, and does not change other rows', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    startLeading(shop, name);
    const [wrong, other] = await appendOrders(shop, 5, 3);
    await waitUntilCaughtUp(shop, name);
    const table = await shop.models.table(name);
    await db.query(`update ${table} set view = '{"count": 99, "sum": 99}', sum = 99 where order_id = any($1)`, [
      [wrong, other],
    ]);
    const { id } = await shop.rebuilds.start(name, 'manual', [wrong], 'test');
    await waitForState(shop, name, id, 'ready');
    expect(await shop.rebuilds.view(name, id)).toMatchObject({ done: 3, total: 3, percent: 100, orders: [wrong] });
    await appendTo(shop, wrong, 3, [{ n: 7 }]);
    await shop.goLive.now(name, id);
    await waitUntilCaughtUp(shop, name);
    expect(await shop.models.table(name)).toBe(table);
    const rows = await readRows(table);
    const expected = await expectedRows();
    expect(rows.find((row) => row.order_id === wrong)).toEqual(expected.find((row) => row.order_id === wrong));
    expect(rows.find((row) => row.order_id === other)!.view.count).toBe(99);
    expect(rows).toHaveLength(5);
  });

  it('of orders that do not exist is refused, and the error lists them', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    startLeading(shop, name);
    const [known] = await appendOrders(shop, 1, 3);
    const unknown = [ids.next(), ids.next()];
    await expect(shop.rebuilds.start(name, 'manual', [unknown[0], known, unknown[1]], 'test')).rejects.toMatchObject({
      ...{ code: 'ORDERS_UNKNOWN', kind: 'not-found', params: { count: 2 } },
      details: [
        { field: 'orders.0', message: `There is no order ${unknown[0]}.` },
        { field: 'orders.2', message: `There is no order ${unknown[1]}.` },
      ],
    });
    expect(await shop.rebuilds.list(name, 10)).toEqual([]);
  });

  it('is listed page by page, with the person who requested it and its state', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    startLeading(shop, name);
    await appendOrders(shop, 1, 1);
    const newestFirst: string[] = [];
    for (const by of ['first', 'second', 'third']) {
      const { id } = await shop.rebuilds.start(name, 'manual', null, by);
      newestFirst.unshift(id);
      await shop.rebuilds.cancel(name, id);
    }
    const first = await shop.rebuilds.list(name, 2);
    const rest = await shop.rebuilds.list(name, 2, first.at(-1)!.place);
    const listed = [...first, ...rest].map(({ rebuild }) => rebuild);
    expect(listed.map(({ id }) => id)).toEqual(newestFirst);
    expect(listed.map(({ askedBy, state }) => [askedBy, state])).toEqual([
      ['third', 'cancelled'],
      ['second', 'cancelled'],
      ['first', 'cancelled'],
    ]);
    await expect(shop.rebuilds.list('nothing', 2)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that is cancelled leaves only the live table', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    startLeading(shop, name);
    await appendOrders(shop, 5, 3);
    await waitUntilCaughtUp(shop, name);
    const before = await shop.models.table(name);
    const { id } = await shop.rebuilds.start(name, 'manual', null, 'test');
    await waitForState(shop, name, id, 'ready');
    expect(await shop.rebuilds.cancel(name, id)).toMatchObject({ state: 'cancelled', done: 15, total: 15 });
    expect(await shop.models.table(name)).toBe(before);
    const tablesLeft = await db.query(`select 1 from pg_tables where tablename like $1`, [
      `${name.replace('-', '_')}%`,
    ]);
    expect(tablesLeft).toHaveLength(1);
    await expect(shop.goLive.now(name, id)).rejects.toMatchObject({ code: 'REBUILD_OVER' });
    const again = await shop.rebuilds.start(name, 'auto', null, 'test');
    await waitForState(shop, name, again.id, 'live');
    expect(await readRows(await shop.models.table(name))).toEqual(await expectedRows());
  });

  it('keeps exactly one table for a rollback', async () => {
    const name = newName();
    const shop = projectionsOn(db, [tallyOf(name)]);
    startLeading(shop, name);
    await appendOrders(shop, 2, 2);
    await waitUntilCaughtUp(shop, name);
    for (let run = 0; run < 3; run++) {
      const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
      await waitForState(shop, name, id, 'live');
    }
    const states = async () =>
      (
        await db.query<{ state: string }>('select state from projection_tables where name = $1 order by run', [name])
      ).map(({ state }) => state);
    // A table is dropped after the switch, when no process reads it any more.
    await eventually(async () => (await states()).join() === 'dropped,dropped,kept,live');
  });
});

describe('The database function that creates projection tables', () => {
  it('creates only projection tables, and drops no live table', async () => {
    const make = (relation: string, columns: unknown[] = [], indexes: unknown[] = []) =>
      db.query('select create_projection_table($1, $2, $3)', [
        relation,
        JSON.stringify(columns),
        JSON.stringify(indexes),
      ]);
    await expect(make('order_events')).rejects.toThrow('not the name');
    await expect(make('x_v1', [{ name: 'a', type: 'int); drop table outbox; --' }])).rejects.toThrow('not a column');
    await expect(make('x_v1', [{ name: 'a b', type: 'text' }])).rejects.toThrow('not a column');
    await expect(make('x_v1', [], [['view) where (true']])).rejects.toThrow('not an indexed column');
    await expect(db.query('create table y_v1 (id int)')).rejects.toThrow('permission denied');
    await createFirstTable(db, tallyOf('tally-z'), 'tally_z_v1');
    await expect(db.query(`select drop_projection_table('tally_z_v1')`)).rejects.toThrow('can go');
    await expect(db.query(`select drop_projection_table('order_events')`)).rejects.toThrow('can go');
  });
});
