import { setTimeout as pause } from 'node:timers/promises';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { derivedId, isSealed, type Uuid, beginOf, endOf } from '#kernel';
import type { Database } from '#database';
import type { Vault } from '#platform/privacy';
import { SystemIds } from '#platform/system';
import { happening } from '../../../event-store/src/testing/store';
import { projectionsOn } from '../../../event-store/src/projections/testing/tally';
import {
  ListOrdersHandler,
  listSql,
  ListOrders,
  type OrderFilter,
  type ListCursor,
} from '../list-orders/list-orders.query';
import type { OrderEvent } from '../model/order';
import { orderEvents } from '../model/order-events.config';
import {
  customerId,
  facts,
  factsUntil,
  refundRequested,
  refundMade,
  refundFailed,
  samplePlaced,
} from '../model/order-samples';
import { SalesReport, SalesReportHandler } from '../sales-report/sales-report.query';
import { ViewOrder, ViewOrderHandler } from '../view-order/view-order.query';
import type { OrderView } from '../view-order/order-view';
import { earlierProjections, orderProjections } from './order-projections.config';

const ids = new SystemIds();
const refundIds = { a: ids.next(), b: ids.next(), r: ids.next() };
const vault = {
  openAll: async (value: unknown) =>
    JSON.parse(JSON.stringify(value), (_, part: unknown) => (isSealed(part) ? part.sealed.slice(3) : part)),
} as unknown as Vault;

let test: TestDatabase;
let db: Database;
let shop: ReturnType<typeof projectionsOn>;
const everything = ['order-view', 'order-list', 'sales'];
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  test = await testDatabase();
  db = test.of('ordering');
  shop = projectionsOn(db, orderProjections, orderEvents);
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await test.drop();
});

const append = async (orderId: Uuid, from: number, ...events: readonly OrderEvent[]): Promise<void> => {
  const facts = events.map((event) => ({ ...event, schemaVersion: 1 }));
  await shop.store.append({ ...happening(orderId, from), events: facts });
};

const place = async (more: Partial<typeof samplePlaced>, ...then: readonly OrderEvent[]): Promise<Uuid> => {
  const id = ids.next();
  await append(id, 0, { type: 'OrderPlaced', data: { ...samplePlaced, ...more } }, ...then);
  return id;
};

async function eventually(what: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(15)) if (await what()) return;
  throw new Error('the condition was not met within 10 s');
}

const project = async (events: number): Promise<void> => {
  stops.push(shop.lead(...everything));
  await eventually(async () => {
    const positions = await Promise.all(everything.map((name) => shop.models.position(name)));
    return positions.every((position) => position === events);
  });
};

describe('An order’s view', () => {
  const newHandler = () => new ViewOrderHandler(db, shop.models, shop.store, vault);
  const owner = { userId: customerId };

  it('can be read before its events are projected, and is the same afterwards', async () => {
    const id = await place({}, facts.confirmed);
    const folded = await newHandler().execute(new ViewOrder(id, owner));
    expect(folded).toMatchObject({
      stale: false,
      order: { id, version: 2, status: 'confirmed', contact: { name: 'An' } },
    });
    await project(2);
    expect(await newHandler().execute(new ViewOrder(id, owner))).toEqual(folded);
  });

  it('waits for a version, and is marked as stale if the version was not reached', async () => {
    const id = await place({});
    await project(1);
    const waiting = newHandler().execute(new ViewOrder(id, owner, 2));
    await pause(50);
    await append(id, 1, facts.confirmed);
    expect(await waiting).toMatchObject({ stale: false, order: { version: 2 } });
    const begun = performance.now();
    expect(await newHandler().execute(new ViewOrder(id, owner, 9))).toMatchObject({
      stale: true,
      order: { version: 2 },
    });
    expect(performance.now() - begun).toBeGreaterThan(1_900);
  });

  it('is not found by other people, before and after it is projected', async () => {
    const id = await place({});
    const stranger = new ViewOrder(id, { userId: ids.next() }, 5);
    await expect(newHandler().execute(stranger)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await project(1);
    await expect(newHandler().execute(stranger)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(newHandler().execute(new ViewOrder(ids.next(), owner))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('The list of orders', () => {
  const list = (filter: OrderFilter, limit = 50, after?: ListCursor) =>
    new ListOrdersHandler(db, shop.models, shop.store, vault).execute(new ListOrders(filter, limit, after));

  it('shows customers and guests their own orders, and staff all orders that match the filter', async () => {
    const mine = [await place({}), await place({}, facts.confirmed)];
    const guests = await place({ customerId: null, guestTokenHash: 'h' });
    const others = await place({ customerId: ids.next() });
    await project(5);
    const found = async (filter: OrderFilter) => (await list(filter)).map(({ cursor }) => cursor.id);
    expect(await found({ customer: customerId })).toEqual([...mine].reverse());
    expect(await found({ guest: 'h' })).toEqual([guests]);
    expect(await found({ status: 'confirmed' })).toEqual([mine[1]]);
    expect(await found({ customer: customerId, guest: 'h' })).toEqual([guests, ...[...mine].reverse()]);
    expect(await found({ customer: customerId, guest: 'h', status: 'confirmed' })).toEqual([mine[1]]);
    expect(await found({})).toEqual([others, guests, ...[...mine].reverse()]);
    expect(await found({ to: new Date(0) })).toEqual([]);
    expect(await found({ from: new Date(0) })).toHaveLength(4);
  });

  it.each([
    ['of all', {}],
    ['of a customer who was a guest before', { customer: customerId, guest: 'h' }],
  ])('continues on the next page after the last order, even if orders have the same time: %s', async (_, filter) => {
    const owners = [{}, { customerId: null, guestTokenHash: 'h' }];
    const all = await Promise.all(Array.from({ length: 7 }, (__, at) => place(owners[at % 2])));
    await project(7);
    await db.query(`update order_list_v2 set placed_at = '2026-11-23T03:00:00Z',
      view = jsonb_set(view, '{placedAt}', '"2026-11-23T03:00:00.000Z"')`);
    const seen: string[] = [];
    for (let after: ListCursor | undefined; ;) {
      const rows = await list(filter, 3, after);
      seen.push(...rows.slice(0, 3).map(({ cursor }) => cursor.id));
      if (rows.length <= 3) break;
      after = rows[2].cursor;
    }
    expect(seen).toEqual([...all].sort().reverse());
  });

  it('reads the rows of an index in order for every filter, without a sort or a scan of the whole table', async () => {
    await test.admin(
      `insert into ordering.order_list_v2 (order_id, position, version, view, status, customer_id, guest, placed_at)
       select gen_random_uuid(), n, 1, '{}', (array['pending', 'confirmed', 'ready', 'completed'])[1 + n % 4],
         case when n % 3 > 0 then md5((n % 10)::text)::uuid end, case when n % 3 = 0 then md5((n % 10)::text) end,
         timestamptz '2026-01-01' + n * interval '1 minute'
       from generate_series(1, 20000) n`,
    );
    await test.admin('analyze ordering.order_list_v2');
    const after = { at: '2026-01-08T00:00:00.000Z', id: ids.next() };
    const customer = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b';
    const from = new Date('2026-01-03');
    const filters: OrderFilter[] = [
      {},
      { customer },
      { guest: 'c4ca4238a0b923820dcc509a6f75849b' },
      { customer, guest: 'c4ca4238a0b923820dcc509a6f75849b' },
      { customer, guest: 'c4ca4238a0b923820dcc509a6f75849b', status: 'ready' },
      { status: 'ready' },
      { from, to: new Date('2026-01-05') },
      { customer, status: 'ready', from },
      { status: 'ready', from },
    ];
    for (const filter of filters) {
      for (const cursor of [undefined, after]) {
        const [sql, values] = listSql('"order_list_v2"', filter, 21, cursor);
        const lines = await db.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, values);
        const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
        expect(plan).toContain('Index Scan');
        // "Sort Key" is allowed, because a merge of two indexes names it.
        expect(plan).not.toMatch(/Seq Scan|Sort {2}\(|Bitmap/);
      }
    }
  });
});

describe('The sales report', () => {
  const report = (from: string, to: string, by: 'day' | 'month' | 'product') =>
    new SalesReportHandler(db, shop.models).execute(new SalesReport(beginOf(from)!, endOf(to)!, by));

  it('adds up confirmed orders minus refunds for each day in Vietnam', async () => {
    await place({}, facts.confirmed);
    await place({}, facts.confirmed, refundMade(refundIds.r, 30_000));
    await place({}, facts.cancelled);
    await place({ payment: facts.placedForCash.data.payment }, facts.confirmedForCash, facts.cancelled);
    await project(10);
    const [{ today, month }] = await db.query<{ today: string; month: string }>(
      `select to_char(now() at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD') as today,
         to_char(now() at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM') as month`,
    );
    const { rows, total } = await report(today, today, 'day');
    const sums = {
      orders: 3,
      items: 9,
      gross: { amount: 300_000 },
      refunded: { amount: 30_000 },
      lost: { amount: 100_000 },
      net: { amount: 170_000 },
    };
    expect(rows).toMatchObject([{ key: today, ...sums }]);
    expect(total).toMatchObject(sums);
    expect((await report(today, today, 'month')).rows).toMatchObject([{ key: month, net: { amount: 170_000 } }]);
    expect((await report(today, today, 'product')).rows).toMatchObject([
      { key: samplePlaced.lines[0].productId, orders: 3, items: 9, net: { amount: 170_000 } },
    ]);
    expect((await report('2020-01-01', '2020-12-31', 'day')).rows).toEqual([]);
  });

  it('counts a sale and its refund each on the day in Vietnam when it happened', async () => {
    await project(0);
    const entry = (at: string, kind: string, amount: number) => ({
      at,
      kind,
      amount: { amount, currency: 'VND' },
      fee: { amount: 0, currency: 'VND' },
      parts: [],
    });
    const entries = [
      entry('2026-11-22T17:30:00.000Z', 'sold', 500),
      entry('2026-11-24T02:00:00.000Z', 'refunded', 200),
    ];
    await db.query(
      `insert into sales_v1 (order_id, position, version, view, first_at, last_at, net)
       values ($1, 1, 1, $2, $3, $4, 300)`,
      [derivedId(ids.next(), 'x'), JSON.stringify({ entries }), entries[0].at, entries[1].at],
    );
    const { rows } = await report('2026-11-01', '2026-11-30', 'day');
    expect(rows.map((row) => [row.key, row.net.amount])).toEqual([
      ['2026-11-23', 500],
      ['2026-11-24', -200],
    ]);
    expect((await report('2026-11-23', '2026-11-23', 'day')).total.net.amount).toBe(500);
    expect((await report('2026-11-22', '2026-11-22', 'day')).rows).toEqual([]);
  });
});

describe('A rebuild of every read model', () => {
  it('gives exactly the same rows', async () => {
    for (const status of ['pending', 'confirmed', 'ready', 'completed'] as const) {
      const id = ids.next();
      for (const [version, event] of factsUntil[status].entries()) await append(id, version, event);
    }
    await project(14);
    for (const name of everything) {
      const old = await shop.models.table(name);
      const { id } = await shop.rebuilds.start(name, 'manual', null, 'test');
      await eventually(async () => (await shop.rebuilds.view(name, id)).state === 'ready');
      await shop.goLive.now(name, id);
      const next = await shop.models.table(name);
      expect(next).not.toBe(old);
      expect(
        await db.query(`(table ${old} except table ${next}) union all (table ${next} except table ${old})`),
      ).toEqual([]);
      expect(await db.query(`select 1 from ${next}`)).toHaveLength(4);
    }
  });
});

describe('An upgrade of a database whose tables are of version 1', () => {
  const upgraded = ['order-view', 'order-list'] as const;
  /** The view as version 1 of the reducer made it: without the owed money. */
  const withoutOwed = (view: OrderView | undefined): OrderView | undefined => {
    if (!view || !('refunds' in view.order)) return view;
    const { owed: _, ...order } = view.order;
    return { ...view, order };
  };
  const before = [
    ...earlierProjections.map((one) => ({
      ...one,
      project: (...given: Parameters<typeof one.project>) => withoutOwed(one.project(...given)),
    })),
    ...orderProjections.filter(({ name }) => name === 'sales'),
  ];
  let id: Uuid;

  const readOwedAmounts = async () => {
    const seen = await new ViewOrderHandler(db, shop.models, shop.store, vault).execute(new ViewOrder(id));
    const [line] = await new ListOrdersHandler(db, shop.models, shop.store, vault).execute(new ListOrders({}, 5));
    return [seen.order.payment.owed.amount, line.order!.payment.owed.amount];
  };

  beforeEach(async () => {
    // Today's migrations make tables of today's versions. These tables are marked as dropped here, because an older
    // database does not have them.
    await test.admin(`update ordering.projection_tables set state = 'dropped' where name = any($1::text[])`, [
      upgraded,
    ]);
    const old = projectionsOn(db, before, orderEvents);
    id = await place({}, facts.confirmed, refundRequested(refundIds.a, 25_000), refundFailed(refundIds.a, 25_000));
    const stop = old.lead(...everything);
    stops.push(stop);
    await eventually(async () => (await old.models.position('order-list')) === 4);
    await eventually(async () => (await old.models.position('order-view')) === 4);
    await stop();
    shop = projectionsOn(db, [...orderProjections, ...earlierProjections], orderEvents);
  });

  it('shows the owed money before the new tables are live, even for orders that change meanwhile', async () => {
    expect(await readOwedAmounts()).toEqual([25_000, 25_000]);
    await append(id, 4, refundRequested(refundIds.b, 10_000), refundFailed(refundIds.b, 10_000));
    stops.push(shop.lead(...everything));
    for (const name of upgraded) await eventually(async () => (await shop.models.position(name)) === 6);
    expect(await shop.models.table('order-view')).toBe('"order_view_v1"');
    const [row] = await db.query<{ view: any }>('select view from order_view_v1');
    expect(row.view.order.owed.amount).toBe(10_000); // today's reducer was applied to a row of version 1
    expect(await readOwedAmounts()).toEqual([25_000, 25_000]);
  });

  it('builds the new tables without an operator, and readers switch to these tables', async () => {
    stops.push(shop.lead(...everything));
    const stop = new AbortController();
    await Promise.all(everything.map((name) => shop.upgrade.run(name, stop.signal)));
    for (const name of upgraded) await eventually(async () => (await shop.registry.live(name))!.version === 2);
    for (const name of upgraded) {
      const [row] = await db.query<{ view: any }>(`select view from ${await shop.models.table(name)}`);
      expect(row.view.order.owed.amount).toBe(25_000);
    }
    expect(await db.query('select name from projection_rebuilds order by name')).toEqual(
      [...upgraded].sort().map((name) => ({ name })),
    );
    // The next start finds nothing to do.
    await shop.upgrade.run('order-view', stop.signal);
    expect(await db.query('select 1 from projection_rebuilds')).toHaveLength(2);
  });

  it('keeps the old table live after the rebuild was cancelled', async () => {
    const stop = new AbortController();
    await shop.upgrade.run('order-view', stop.signal);
    const [rebuild] = await db.query<{ id: Uuid; go_live: string }>('select id, go_live from projection_rebuilds');
    expect(rebuild.go_live).toBe('auto');
    await shop.rebuilds.cancel('order-view', rebuild.id);
    await shop.upgrade.run('order-view', stop.signal);
    expect(await db.query('select 1 from projection_rebuilds')).toHaveLength(1);
  });
});
