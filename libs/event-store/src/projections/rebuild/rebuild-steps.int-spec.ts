import { setTimeout as pause } from 'node:timers/promises';
import { testDatabase } from '../../../../../test/support/test-database';
import { ids } from '../../testing/store';
import { Follower } from '../live/follower';
import { CannotRollBack, RebuildNotReady, RebuildOver, RebuildRunning } from './rebuild-errors';
import { newName, ProjectionTest } from '../testing/shop';
import { eventually } from '../../../../../test/support/eventually';
import { tallyOf, type Tally } from '../testing/tally';

jest.setTimeout(60_000);

const setup = new ProjectionTest(testDatabase);

/**
 * Reads a rebuild again and again, as an admin does, and fails if `done` or `total` decreases. Returns a function that
 * stops the reading and returns the states that it saw.
 */
function watchProgress(readRebuild: () => Promise<{ done: number; total: number; state: string }>) {
  const stop = new AbortController();
  const states: string[] = [];
  let [done, total] = [0, 0];
  const checkOnce = async () => {
    const now = await readRebuild();
    if (now.done < done || now.total < total)
      throw new Error(`the progress decreased from ${done}/${total} to ${now.done}/${now.total}`);
    [done, total] = [now.done, now.total];
    if (states.at(-1) !== now.state) states.push(now.state);
  };
  const watch = (async () => {
    for (; !stop.signal.aborted; await pause(5)) await checkOnce();
    await checkOnce(); // the last state
    return states;
  })();
  watch.catch(() => undefined);
  return async () => {
    stop.abort();
    return watch;
  };
}

describe('A rebuild that is paused', () => {
  it('keeps its position while events are appended, and continues from this position; `done` and `total` never decrease', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    const [order] = await setup.appendOrders(shop, 10, 3);
    await setup.waitUntilCaughtUp(shop, name);
    const { id } = await shop.rebuilds.start(name, 'manual', null, 'test');
    const stopWatching = watchProgress(() => shop.rebuilds.view(name, id));
    await setup.waitForState(shop, name, id, 'ready');
    expect(await shop.rebuilds.pause(name, id)).toMatchObject({ state: 'paused', done: 30, total: 30 });
    expect(await shop.rebuilds.pause(name, id)).toMatchObject({ state: 'paused' });
    await setup.append(shop, order, 3, [{ n: 1 }, { n: 1 }]);
    await setup.waitUntilCaughtUp(shop, name);
    await pause(100);
    const { relation } = await shop.rows.readRow(name, id);
    expect(await shop.registry.findTable(relation)).toMatchObject({ position: 30 });
    await expect(shop.goLive.now(name, id)).rejects.toThrow(RebuildNotReady);
    await expect(shop.rebuilds.start(name, 'manual', null, 'test')).rejects.toThrow(RebuildRunning);

    expect(await shop.rebuilds.resume(name, id)).toMatchObject({ state: 'ready' });
    await eventually(async () => (await shop.rebuilds.view(name, id)).done === 32);
    expect(await shop.goLive.now(name, id)).toMatchObject({ state: 'live', done: 32, total: 32 });
    expect(await stopWatching()).toEqual(expect.arrayContaining(['ready', 'paused', 'live']));
    expect(await setup.readRows(await shop.models.table(name))).toEqual(await setup.expectedRows());
    await expect(shop.rebuilds.pause(name, id)).rejects.toThrow(RebuildOver);
    await expect(shop.rebuilds.resume(name, id)).rejects.toThrow(RebuildOver);
  });

  it('in the middle of its replay continues the replay, also under another leader', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    await setup.appendOrders(shop, 30, 4);
    await setup.waitUntilCaughtUp(shop, name);
    await shop.stop();
    const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
    const row = await shop.rows.readRow(name, id);
    await shop.registry.createTable(row.relation, tallyOf(name));
    await shop.rows.changeState(row, 'replaying');
    const table = (await shop.registry.findTable(row.relation))!;
    const replaying = new Follower(setup.db, shop.store, tallyOf(name), table, new Set());
    await replaying.step(40);
    expect(await shop.rebuilds.pause(name, id)).toMatchObject({ state: 'paused', done: 40, total: 120 });
    expect(await replaying.step(40)).toEqual({ outcome: 'lost', events: 0 });

    const next = setup.shop([tallyOf(name)], [name]);
    await pause(300);
    expect(await next.rebuilds.view(name, id)).toMatchObject({ state: 'paused', done: 40, total: 120 });
    const reads = jest.spyOn(next.store, 'readForViews');
    expect(await next.rebuilds.resume(name, id)).toMatchObject({ state: 'replaying', done: 40 });
    await setup.waitForState(next, name, id, 'live');
    expect(reads).toHaveBeenCalled();
    expect(Math.min(...reads.mock.calls.map(([after]) => after))).toBeGreaterThanOrEqual(40);
    expect(await setup.readRows(await next.models.table(name))).toEqual(await setup.expectedRows());
  });

  it('can be cancelled', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    await setup.appendOrders(shop, 3, 2);
    const { id } = await shop.rebuilds.start(name, 'manual', null, 'test');
    await setup.waitForState(shop, name, id, 'ready');
    await shop.rebuilds.pause(name, id);
    expect(await shop.rebuilds.cancel(name, id)).toMatchObject({ state: 'cancelled', done: 6 });
    const again = await shop.rebuilds.start(name, 'auto', null, 'test');
    await setup.waitForState(shop, name, again.id, 'live');
  });
});

describe('A rollback', () => {
  const versionTwo = (name: string) => ({
    ...tallyOf(name, 2),
    project: (view: Tally | undefined) => ({ count: (view?.count ?? 0) + 2, sum: 0 }),
  });

  it('includes the events of 1,000 orders that were appended since the switch', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name), versionTwo(name)], [name]);
    const before = setup.shop([tallyOf(name)]);
    await setup.appendOrders(before, 20, 2);
    await eventually(async () => (await shop.store.head()) === 40);
    const first = await setup.db.query<{ relation: string }>(
      `select relation from projection_tables where name = $1 and state = 'live'`,
      [name],
    );
    expect(first[0].relation).toMatch(/_v2$/); // the first table is made by the newest reducer
    const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
    await setup.waitForState(shop, name, id, 'live');
    const replaced = (await shop.rows.readRow(name, id)).replaced!;

    for (let chunk = 0; chunk < 10; chunk++) await setup.appendOrders(shop, 100, 2);
    await setup.waitUntilCaughtUp(shop, name);
    expect(await shop.registry.findTable(replaced)).toMatchObject({ state: 'kept', position: 40 });
    const appending = setup.appendOrders(shop, 50, 3);
    expect(await shop.rebuilds.rollback(name, id)).toMatchObject({ state: 'rolled-back', rollingBack: false });
    await appending;
    await setup.waitUntilCaughtUp(shop, name);

    expect((await shop.registry.live(name))!.relation).toBe(replaced);
    const rows = await setup.readRows(await shop.models.table(name));
    const expected = (await setup.expectedRows()).map((row) => ({
      ...row,
      sum: 0,
      view: { count: 2 * row.view.count, sum: 0 },
    }));
    expect(rows).toEqual(expected);
    expect(rows).toHaveLength(20 + 1_000 + 50);
    const states = await setup.db.query<{ state: string }>(
      'select state from projection_tables where name = $1 order by run',
      [name],
    );
    expect(states.map(({ state }) => state)).toEqual(['live', 'kept']);
    expect(await shop.rebuilds.rollback(name, id)).toMatchObject({ state: 'rolled-back' });
    await expect(shop.goLive.now(name, id)).rejects.toThrow(RebuildOver);
  });

  it('continues after a crash in the middle of catching up', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    await setup.appendOrders(shop, 5, 2);
    const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
    await setup.waitForState(shop, name, id, 'live');
    await setup.appendOrders(shop, 100, 8);
    await setup.waitUntilCaughtUp(shop, name);
    await shop.stop();
    const row = await shop.rows.readRow(name, id);
    await shop.rows.requestRollback(row);
    await shop.registry.setFollows(row.replaced!, true);
    const interrupted = new Follower(
      setup.db,
      shop.store,
      tallyOf(name),
      (await shop.registry.findTable(row.replaced!))!,
      new Set(),
    );
    await interrupted.step(100);

    const next = setup.shop([tallyOf(name)], [name]);
    await setup.waitForState(next, name, id, 'rolled-back');
    expect((await next.registry.live(name))!.relation).toBe(row.replaced);
    expect(await setup.readRows(await next.models.table(name))).toEqual(await setup.expectedRows());
    expect(await interrupted.step(100)).toEqual({ outcome: 'lost', events: 0 });
  });

  it('is refused if there is no kept table', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    const [order] = await setup.appendOrders(shop, 2, 2);
    await setup.waitUntilCaughtUp(shop, name);
    const ready = await shop.rebuilds.start(name, 'manual', null, 'test');
    await setup.waitForState(shop, name, ready.id, 'ready');
    await expect(shop.rebuilds.rollback(name, ready.id)).rejects.toThrow(CannotRollBack);
    await shop.goLive.now(name, ready.id);
    const ofOneOrder = await shop.rebuilds.start(name, 'auto', [order], 'test');
    await setup.waitForState(shop, name, ofOneOrder.id, 'live');
    await expect(shop.rebuilds.rollback(name, ofOneOrder.id)).rejects.toThrow(CannotRollBack);
    expect(await shop.kept.drop(name)).toHaveLength(1);
    await expect(shop.rebuilds.rollback(name, ready.id)).rejects.toThrow(CannotRollBack);
    expect(await setup.db.query(`select 1 from projection_tables where name = $1 and state = 'kept'`, [name])).toEqual(
      [],
    );
  });
});

describe('A build without the reducer of a kept table', () => {
  it('refuses to start and says what to do, and starts after the table was dropped', async () => {
    const name = newName();
    const old = setup.shop([tallyOf(name)], [name]);
    await setup.appendOrders(old, 2, 1);
    await setup.waitUntilCaughtUp(old, name);
    await old.stop();
    const both = setup.shop([tallyOf(name), tallyOf(name, 2)], [name]);
    const { id } = await both.rebuilds.start(name, 'auto', null, 'test');
    await setup.waitForState(both, name, id, 'live');
    await both.stop();

    await setup.admin(`update ordering.projection_tables set state = 'dropped' where name <> $1`, [name]);
    const next = setup.shop([tallyOf(name, 2)]);
    await expect(next.registry.expectReducers()).rejects.toThrow(`projections drop-kept ${name}`);
    await next.registry.expectReducers(['live']);
    expect(await next.kept.drop(name)).toEqual([`${name.replace('-', '_')}_v1`]);
    await next.registry.expectReducers();
    expect(await next.kept.drop(name)).toEqual([]);
  });
});

describe('A rebuild beside slow appends', () => {
  it('slows down and reports it, and runs at full speed again when the shop is idle', async () => {
    const name = newName();
    const slow = setup.shop([tallyOf(name)], [], 100);
    const order = ids.next();
    await setup.appendOrders(slow, 40, 5);
    await eventually(async () => (await slow.store.head()) === 200);
    // Events are numbered, but no process updates the live table. So every event waits for the live table.
    await slow.registry.ensureLive(name);
    await setup.append(slow, order, 0, [{}]);
    await pause(150);
    const { id } = await slow.rebuilds.start(name, 'manual', null, 'test');
    const row = await slow.rows.readRow(name, id);
    const begun = performance.now();
    for (let batch = 0; batch < 3; batch++) await slow.throttle.pauseIfSlow(row);
    expect(performance.now() - begun).toBeGreaterThan(50 + 100 + 200 - 20);
    expect(await slow.rebuilds.view(name, id)).toMatchObject({ throttled: true });
    const stop = new AbortController();
    const leading = slow.live.run(name, stop.signal);
    await setup.waitUntilCaughtUp(slow, name);
    const again = performance.now();
    await slow.throttle.pauseIfSlow(row);
    await slow.throttle.pauseIfSlow(row);
    expect(performance.now() - again).toBeLessThan(400); // the next pause would be longer
    expect(await slow.rebuilds.view(name, id)).toMatchObject({ throttled: false });
    stop.abort();
    await leading;
  });
});
