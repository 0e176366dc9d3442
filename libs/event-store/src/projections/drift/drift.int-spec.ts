import { testDatabase } from '../../../../../test/support/test-database';
import { connect } from '#database';
import { VOIDING } from '#kernel';
import { EventTypes } from '#event-store';
import { happening, ids } from '../../testing/store';
import { newName, ProjectionTest, type Shop } from '../testing/shop';
import { projectionsOn, tallyOf } from '../testing/tally';

jest.setTimeout(60_000);

const setup = new ProjectionTest(testDatabase);

/** Runs some ticks of the sentinel, without the pauses between them. */
async function runTicks(shop: Pick<Shop, 'sentinel'>, name: string, ticks: number) {
  let check = await shop.sentinel.refreshCheck(name);
  for (let tick = 0; tick < ticks; tick++) {
    await shop.sentinel.tick(check!);
    check = await shop.sentinel.refreshCheck(name, check);
  }
}

const openFindings = async (shop: Shop) => (await shop.drift.findings()).filter(({ healedAt }) => healedAt === null);

describe('The drift sentinel', () => {
  it('finds nothing if all rows are right, also while events are appended', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    await shop.registry.ensureLive(name);
    const appending = setup.appendOrders(shop, 60, 6);
    await runTicks(shop, name, 30);
    await appending;
    await setup.waitUntilCaughtUp(shop, name);
    await runTicks(shop, name, 30);
    expect(await shop.drift.findings()).toEqual([]);
    const [walk] = (await shop.drift.walks()).filter(({ projection }) => projection === name);
    expect(walk.checked).toBeGreaterThan(60);
  });

  it('finds a row that was changed, deleted or inserted by hand, and closes the finding when the row is right again', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    const [changed, gone, older] = await setup.appendOrders(shop, 40, 3);
    await setup.waitUntilCaughtUp(shop, name);
    const table = await shop.models.table(name);
    const unknownOrder = ids.next();
    await setup.db.query(`update ${table} set view = '{"count": 3, "sum": 77}' where order_id = $1`, [changed]);
    await setup.db.query(`delete from ${table} where order_id = $1`, [gone]);
    await setup.db.query(
      `insert into ${table} select $2, position, version, view, sum from ${table} where order_id = $1`,
      [...[changed, unknownOrder]],
    );
    // The row gets an earlier state. This state is correct for the position in the row, but two later events are
    // missing.
    await setup.db.query(
      `update ${table} set (position, version, view, sum) = (3, 1, '{"count": 1, "sum": 2}', 2) where order_id = $1`,
      [older],
    );
    await runTicks(shop, name, 10);
    const found = await openFindings(shop);
    expect(found.map(({ orderId, kind }) => [orderId, kind]).sort()).toEqual(
      [
        [changed, 'changed'],
        [gone, 'missing'],
        [unknownOrder, 'extra'],
        [older, 'changed'],
      ].sort(),
    );
    expect(found.find(({ orderId }) => orderId === changed)).toMatchObject({
      ...{ projection: name, version: 1, position: 120, fields: ['view.sum'], healedAt: null },
    });
    expect((await shop.models.status()).find((one) => one.name === name)).toMatchObject({ drift: 4 });

    await setup.db.query(`delete from ${table} where order_id = $1`, [unknownOrder]);
    const { id } = await shop.rebuilds.start(name, 'auto', [changed, gone, older], 'test');
    await setup.waitForState(shop, name, id, 'live');
    await runTicks(shop, name, 2);
    expect(await openFindings(shop)).toEqual([]);
    expect(await shop.drift.findings()).toHaveLength(4);
    expect((await shop.models.status()).find((one) => one.name === name)).toMatchObject({ drift: 0 });
  });

  it('finds a changed row of a large table long before the slow round reaches the row', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    // Another client began a transaction before the rows were written, and the transaction is still open. This makes no
    // row suspect.
    const otherClient = await connect(setup.test.url, 'stranger');
    await otherClient.query('begin; select pg_current_xact_id()');
    const orders = await setup.appendOrders(shop, 3_000, 1);
    await setup.waitUntilCaughtUp(shop, name);
    const check = (await shop.sentinel.refreshCheck(name))!;
    while (check.progress.since === null) await shop.sentinel.tick(check);
    check.progress.fold = orders[0]; // the slow round is at the first order
    const [changed, moved] = orders.sort().slice(2_900);
    const table = await shop.models.table(name);
    await setup.db.query(`update ${table} set sum = sum + 1 where order_id = $1`, [changed]);
    await setup.db.query(`update ${table} set position = 999999 where order_id = $1`, [moved]);
    for (let tick = 0; tick < 12 && (await openFindings(shop)).length < 2; tick++) await shop.sentinel.tick(check);
    expect(check.progress.fold < changed).toBe(true);
    expect((await openFindings(shop)).map(({ orderId, kind, fields }) => [orderId, kind, fields]).sort()).toEqual([
      [changed, 'changed', ['sum']],
      [moved, 'changed', ['position']],
    ]);
    await otherClient.end();
  });

  it('does not report an order that is set aside, and closes the findings of a table that is not live any more', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    const [order] = await setup.appendOrders(shop, 3, 2);
    await setup.append(shop, order, 2, [{ poison: true }]);
    await setup.waitUntilCaughtUp(shop, name);
    await runTicks(shop, name, 3);
    expect(await shop.drift.findings()).toEqual([]);
    await setup.db.query(`update ${await shop.models.table(name)} set sum = 5000 where order_id <> $1`, [order]);
    await runTicks(shop, name, 3);
    expect(await openFindings(shop)).toHaveLength(2);
    const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
    await setup.waitForState(shop, name, id, 'live');
    await runTicks(shop, name, 3);
    expect(await openFindings(shop)).toEqual([]);
  });

  it('does not report an order with an event of a newer build, which this build does not know', async () => {
    const name = newName();
    const newer = setup.shop([tallyOf(name)], [name]);
    const [order] = await setup.appendOrders(newer, 3, 2);
    const ended = { type: 'Ended', schemaVersion: 1, data: {} };
    await newer.store.append({ ...happening(order, 2), events: [ended] });
    await setup.waitUntilCaughtUp(newer, name);
    const known = new EventTypes([{ type: 'Happened' }, { type: VOIDING }]);
    const older = projectionsOn(setup.test.of('ordering'), [tallyOf(name)], known);
    await runTicks(older, name, 5);
    expect(await newer.drift.findings()).toEqual([]);
    await setup.db.query(`update ${await newer.models.table(name)} set sum = 5000`);
    await runTicks(older, name, 5);
    expect((await openFindings(newer)).map(({ orderId }) => orderId)).not.toContain(order);
    expect(await openFindings(newer)).toHaveLength(2);
    await runTicks(newer, name, 5);
    expect(await openFindings(newer)).toHaveLength(3);
  });
});
