import { testDatabase } from '../../../../../test/support/test-database';
import type { RecordedEvent } from '#event-store';
import { ids } from '../../testing/store';
import type { Projection } from '../live/projection';
import { RebuildNotCompared } from '../rebuild/rebuild-errors';
import { newName, ProjectionTest } from '../testing/shop';
import { eventually } from '../../../../../test/support/eventually';
import { tallyOf } from '../testing/tally';

jest.setTimeout(60_000);

const setup = new ProjectionTest(testDatabase);

interface Bill {
  readonly items: readonly { readonly price: { readonly amount: number; readonly currency: 'VND' } }[];
  readonly status: string;
}

const vnd = (amount: number) => ({ amount, currency: 'VND' as const });

/**
 * The bill of an order: every event adds an item with a price. In version 2 the third item is free, and an order whose
 * first item costs nothing has no row.
 */
const billOf = (name: string, version: 1 | 2): Projection<Bill> => ({
  name,
  version,
  columns: {
    status: { type: 'text', of: (view) => view.status },
    total: { type: 'bigint', money: true, of: (view) => view.items.reduce((sum, { price }) => sum + price.amount, 0) },
  },
  indexes: [],
  project(view, event: RecordedEvent) {
    const { n } = event.data as { n: number };
    if (version === 2 && n === 0 && event.version === 1) return undefined;
    if (version === 1 && n < 0) return undefined;
    const free = version === 2 && event.version === 3;
    const items = [...(view?.items ?? []), { price: vnd(free ? 0 : n) }];
    return { items, status: free ? 'gift' : (view?.status ?? 'paid') };
  },
});

describe('The comparison of a rebuild with the live table', () => {
  it('reports no difference if the tables are equal', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    await setup.appendOrders(shop, 12, 3);
    await setup.waitUntilCaughtUp(shop, name);
    const { id } = await shop.rebuilds.start(name, 'manual', null, 'test');
    await expect(shop.diffs.of(name, ids.next())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await setup.waitForState(shop, name, id, 'ready');
    expect(await shop.diffs.of(name, id)).toEqual({
      ...{ atPosition: 36, compared: 12, added: 0, removed: 0, changed: 0 },
      ...{ columns: [], money: [], sample: [] },
    });
  });

  it('reports exactly the rows, fields, amounts and first events that a changed reducer affects', async () => {
    const name = newName();
    const old = setup.shop([billOf(name, 1)], [name]);
    const order = async (...prices: number[]) => {
      const id = ids.next();
      await setup.append(
        old,
        id,
        0,
        prices.map((n) => ({ n })),
      );
      return id;
    };
    const unchanged = [await order(5, 5), await order(7)];
    const cheap = await order(10, 10, 20);
    const expensive = await order(10, 10, 3_000, 1);
    const withoutNewRow = await order(0);
    const withoutOldRow = await order(-1);
    await setup.waitUntilCaughtUp(old, name);
    await old.stop();

    const shop = setup.shop([billOf(name, 1), billOf(name, 2)], [name]);
    const { id } = await shop.rebuilds.start(name, 'manual', null, 'test');
    await setup.waitForState(shop, name, id, 'ready');
    const diff = await shop.diffs.of(name, id);
    expect(diff).toMatchObject({ atPosition: 12, compared: 6, added: 1, removed: 1, changed: 2 });
    expect(diff.columns).toEqual([
      { name: 'status', changed: 2 },
      { name: 'total', changed: 2 },
      { name: 'view.items[].price.amount', changed: 2 },
      { name: 'view.status', changed: 2 },
    ]);
    const [before, after] = [10 + 7 + 40 + 3_021, 10 + 7 + 20 + 21 - 1];
    expect(diff.money).toEqual([
      { column: 'total', before: vnd(before), after: vnd(after) },
      { column: 'view.items[].price', before: vnd(before), after: vnd(after) },
    ]);
    expect(diff.sample.map(({ orderId }) => orderId)).toEqual([expensive, cheap, withoutOldRow, withoutNewRow]);
    expect(diff.sample[0]).toMatchObject({
      firstEvent: {
        ...{ version: 3, position: 9, type: 'Happened' },
        changes: expect.arrayContaining([
          { path: 'total', before: 3_020, after: 20 },
          { path: 'view.items[2].price.amount', before: 3_000, after: 0 },
        ]),
      },
      before: { version: 4, columns: { status: 'paid', total: 3_021 } },
      after: { version: 4, columns: { status: 'gift', total: 21 } },
      moneyMoved: 6_000,
    });
    expect(diff.sample[1].firstEvent).toMatchObject({ version: 3, position: 6 });
    expect(diff.sample[2]).toMatchObject({ firstEvent: { version: 1 }, before: null, after: { version: 1 } });
    expect(diff.sample[3]).toMatchObject({ firstEvent: { version: 1 }, before: { version: 1 }, after: null });
    expect(diff.sample.every(({ orderId }) => !unchanged.includes(orderId))).toBe(true);

    await shop.goLive.now(name, id);
    expect(await shop.diffs.of(name, id)).toEqual(diff);
    const [{ sum }] = await setup.db.query<{ sum: number }>(`select sum(total) from ${await shop.models.table(name)}`);
    expect(sum).toBe(after);
  });

  it('reports a row that was changed by hand, even if both reducers give the same row', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    const [order] = await setup.appendOrders(shop, 4, 3);
    await setup.waitUntilCaughtUp(shop, name);
    const table = await shop.models.table(name);
    await setup.db.query(`update ${table} set sum = 99 where order_id = $1`, [order]);
    const { id } = await shop.rebuilds.start(name, 'manual', [order], 'test');
    await setup.waitForState(shop, name, id, 'ready');
    const diff = await shop.diffs.of(name, id);
    expect(diff).toMatchObject({ compared: 1, changed: 1, columns: [{ name: 'sum', changed: 1 }] });
    expect(diff.sample).toMatchObject([
      { orderId: order, firstEvent: null, changes: [{ path: 'sum', before: 99, after: 0 + 1 + 2 }] },
    ]);
  });

  it('compares both tables at one position, while events are appended and many batches are compared', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    const orders = await setup.appendOrders(shop, 700, 1);
    await setup.waitUntilCaughtUp(shop, name);
    const changedOrder = orders[300];
    await setup.db.query(`update ${await shop.models.table(name)} set sum = -5 where order_id = $1`, [changedOrder]);
    const stop = new AbortController();
    const appending = (async () => {
      for (let version = 1; !stop.signal.aborted; version++)
        for (const order of orders.slice(0, 200)) await setup.append(shop, order, version, [{ n: 1 }]);
    })().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
    const tooEarly = await shop.diffs.of(name, id).catch((error: unknown) => error);
    expect(tooEarly).toBeInstanceOf(RebuildNotCompared);
    await setup.waitForState(shop, name, id, 'live');
    stop.abort();
    await appending;
    const diff = await shop.diffs.of(name, id);
    expect(diff).toMatchObject({ compared: 700, added: 0, removed: 0, changed: 1 });
    expect(diff.atPosition).toBeGreaterThanOrEqual(700);
    expect(diff.sample.map(({ orderId }) => orderId)).toEqual([changedOrder]);
    await setup.waitUntilCaughtUp(shop, name);
    expect(await setup.readRows(await shop.models.table(name))).toEqual(await setup.expectedRows());
  });

  it('continues after an interruption', async () => {
    const name = newName();
    const shop = setup.shop([tallyOf(name)], [name]);
    await setup.appendOrders(shop, 1_200, 1);
    await setup.waitUntilCaughtUp(shop, name);
    await setup.db.query(`update ${await shop.models.table(name)} set sum = sum + 1`);
    const storeProgress = jest.spyOn(shop.diffs, 'storeProgress');
    const isUnchanged = jest.spyOn(shop.rows, 'isUnchanged').mockImplementation(async () => false);
    const { id } = await shop.rebuilds.start(name, 'manual', null, 'test');
    await eventually(async () => storeProgress.mock.calls.length > 0);
    isUnchanged.mockRestore();
    await setup.waitForState(shop, name, id, 'ready');
    const [{ cursors }] = await setup.db.query<{ cursors: string | null }>(
      'select cursor as cursors from projection_diffs',
    );
    expect(cursors).toBeNull();
    expect(await shop.diffs.of(name, id)).toMatchObject({ compared: 1_200, changed: 1_200 });
    expect((await shop.diffs.of(name, id)).sample).toHaveLength(20);
  });
});
