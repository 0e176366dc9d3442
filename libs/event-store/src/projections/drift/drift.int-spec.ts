import { testDatabase } from '../../../../../test/support/test-database';
import { connect } from '#database';
import { VOIDING } from '#kernel';
import { EventTypes } from '#event-store';
import { happening, ids } from '../../testing/store';
import { newName, ProjectionTest, type Shop } from '../testing/shop';
import { projectionsOn, tallyOf } from '../testing/tally';

jest.setTimeout(60_000);

const bench = new ProjectionTest(testDatabase);

/** Beats of the sentinel, without the pauses between them. */
async function patrol(shop: Pick<Shop, 'sentinel'>, name: string, beats: number) {
  let check = await shop.sentinel.refreshCheck(name);
  for (let beat = 0; beat < beats; beat++) {
    await shop.sentinel.tick(check!);
    check = await shop.sentinel.refreshCheck(name, check);
  }
}

const opened = async (shop: Shop) => (await shop.drift.findings()).filter(({ healedAt }) => healedAt === null);

describe('The drift sentinel', () => {
  it('finds nothing where nothing is wrong, also while events come', async () => {
    const name = newName();
    const shop = bench.shop([tallyOf(name)], [name]);
    await shop.registry.ensureLive(name);
    const flow = bench.appendOrders(shop, 60, 6);
    await patrol(shop, name, 30);
    await flow;
    await bench.waitUntilCaughtUp(shop, name);
    await patrol(shop, name, 30);
    expect(await shop.drift.findings()).toEqual([]);
    const [walk] = (await shop.drift.walks()).filter(({ projection }) => projection === name);
    expect(walk.checked).toBeGreaterThan(60);
  });

  it('finds a row that was changed, taken away or put in by hand, and sees when it is right again', async () => {
    const name = newName();
    const shop = bench.shop([tallyOf(name)], [name]);
    const [changed, gone, older] = await bench.appendOrders(shop, 40, 3);
    await bench.waitUntilCaughtUp(shop, name);
    const table = await shop.models.table(name);
    const stranger = ids.next();
    await bench.db.query(`update ${table} set view = '{"count": 3, "sum": 77}' where order_id = $1`, [changed]);
    await bench.db.query(`delete from ${table} where order_id = $1`, [gone]);
    await bench.db.query(
      `insert into ${table} select $2, position, version, view, sum from ${table} where order_id = $1`,
      [...[changed, stranger]],
    );
    // A row as it once was: right at its own position, and yet two events behind.
    await bench.db.query(
      `update ${table} set (position, version, view, sum) = (3, 1, '{"count": 1, "sum": 2}', 2) where order_id = $1`,
      [older],
    );
    await patrol(shop, name, 10);
    const found = await opened(shop);
    expect(found.map(({ orderId, kind }) => [orderId, kind]).sort()).toEqual(
      [
        [changed, 'changed'],
        [gone, 'missing'],
        [stranger, 'extra'],
        [older, 'changed'],
      ].sort(),
    );
    expect(found.find(({ orderId }) => orderId === changed)).toMatchObject({
      ...{ projection: name, version: 1, position: 120, fields: ['view.sum'], healedAt: null },
    });
    expect((await shop.models.status()).find((one) => one.name === name)).toMatchObject({ drift: 4 });

    await bench.db.query(`delete from ${table} where order_id = $1`, [stranger]);
    const { id } = await shop.rebuilds.start(name, 'auto', [changed, gone, older], 'test');
    await bench.waitForState(shop, name, id, 'live');
    await patrol(shop, name, 2);
    expect(await opened(shop)).toEqual([]);
    expect(await shop.drift.findings()).toHaveLength(4);
    expect((await shop.models.status()).find((one) => one.name === name)).toMatchObject({ drift: 0 });
  });

  it('finds a touched row of a large table long before its turn comes', async () => {
    const name = newName();
    const shop = bench.shop([tallyOf(name)], [name]);
    // Somebody else's transaction, open since before the rows were written, makes none of them look touched.
    const stranger = await connect(bench.test.url, 'stranger');
    await stranger.query('begin; select pg_current_xact_id()');
    const orders = await bench.appendOrders(shop, 3_000, 1);
    await bench.waitUntilCaughtUp(shop, name);
    const check = (await shop.sentinel.refreshCheck(name))!;
    while (check.progress.since === null) await shop.sentinel.tick(check);
    check.progress.fold = orders[0]; // its turn comes in the end
    const [far, ahead] = orders.sort().slice(2_900);
    const table = await shop.models.table(name);
    await bench.db.query(`update ${table} set sum = sum + 1 where order_id = $1`, [far]);
    await bench.db.query(`update ${table} set position = 999999 where order_id = $1`, [ahead]);
    for (let beat = 0; beat < 12 && (await opened(shop)).length < 2; beat++) await shop.sentinel.tick(check);
    expect(check.progress.fold < far).toBe(true);
    expect((await opened(shop)).map(({ orderId, kind, fields }) => [orderId, kind, fields]).sort()).toEqual([
      [far, 'changed', ['sum']],
      [ahead, 'changed', ['position']],
    ]);
    await stranger.end();
  });

  it('does not take an order for drifted that is set aside, and leaves a table that is no longer live', async () => {
    const name = newName();
    const shop = bench.shop([tallyOf(name)], [name]);
    const [order] = await bench.appendOrders(shop, 3, 2);
    await bench.append(shop, order, 2, [{ poison: true }]);
    await bench.waitUntilCaughtUp(shop, name);
    await patrol(shop, name, 3);
    expect(await shop.drift.findings()).toEqual([]);
    await bench.db.query(`update ${await shop.models.table(name)} set sum = 5000 where order_id <> $1`, [order]);
    await patrol(shop, name, 3);
    expect(await opened(shop)).toHaveLength(2);
    const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
    await bench.waitForState(shop, name, id, 'live');
    await patrol(shop, name, 3);
    expect(await opened(shop)).toEqual([]);
  });

  it('does not judge an order that a newer build has changed with a fact that this build does not know', async () => {
    const name = newName();
    const newer = bench.shop([tallyOf(name)], [name]);
    const [order] = await bench.appendOrders(newer, 3, 2);
    const ended = { type: 'Ended', schemaVersion: 1, data: {} };
    await newer.store.append({ ...happening(order, 2), events: [ended] });
    await bench.waitUntilCaughtUp(newer, name);
    const known = new EventTypes([{ type: 'Happened' }, { type: VOIDING }]);
    const older = projectionsOn(bench.test.of('ordering'), [tallyOf(name)], known);
    await patrol(older, name, 5);
    expect(await newer.drift.findings()).toEqual([]);
    await bench.db.query(`update ${await newer.models.table(name)} set sum = 5000`);
    await patrol(older, name, 5);
    expect((await opened(newer)).map(({ orderId }) => orderId)).not.toContain(order);
    expect(await opened(newer)).toHaveLength(2);
    await patrol(newer, name, 5);
    expect(await opened(newer)).toHaveLength(3);
  });
});
