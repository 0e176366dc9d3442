import { isDeepStrictEqual } from 'node:util';
import { fold } from '#kernel';
import { orderReducer, type Order, type OrderEvent } from '#ordering/model/order';
import { orderEvents } from '#ordering/model/order-events.config';
import { orderTables } from '#ordering/model/order-tables.config';
import { orderProjections } from '#ordering/projections/order-projections.config';
import { contextPool, PgDatabase } from '#database';
import { PgEventStore, StreamDatabase, type RecordedEvent } from '#event-store';
import { foldBatch } from '#event-store/projections';
import { BackOffice } from '../../support/back-office';
import { eventually } from '../../support/eventually';
import { SCARCE, STOCKED, type FaultShop } from './fault-shop';

interface OpenWork {
  readonly what: string;
  readonly count: number;
}

const contexts = ['identity', 'customers', 'catalog', 'inventory', 'cart', 'ordering', 'payments', 'notifications'];

/**
 * Counts orders without a result (confirmed or cancelled), events without a position, and events that a read model has
 * not applied yet.
 */
const UNDECIDED = `
  select 'undecided' as what, count(*)::int as count from ordering.order_heads h where not exists (
    select from ordering.order_events e where e.order_id = h.order_id and e.event_type in ('OrderConfirmed', 'OrderCancelled'))
  union all select 'unnumbered', count(*)::int from ordering.order_pending
  union all select 'unseen', (select coalesce(max(position), 0) from ordering.order_log)::int - min(c.position)::int
    from ordering.projection_checkpoints c join ordering.projection_tables t using (relation) where t.state = 'live'`;

const UNFINISHED = `${UNDECIDED}
  ${contexts.map((context) => `union all select '${context} outbox', count(*)::int from ${context}.outbox where sent_at is null`).join('\n')}
  ${contexts.map((context) => `union all select '${context} owes', count(*)::int from ${context}.outbox_owed`).join('\n')}
  ${contexts.map((context) => `union all select '${context} inbox', count(*)::int from ${context}.inbox where state = 'waiting'`).join('\n')}
  union all select 'payments', count(*)::int from payments.payments where next is not null
  union all select 'refunds', count(*)::int from payments.refunds where state = 'open'
  union all select 'webhooks', count(*)::int from sandbox.webhooks where delivered_at is null
  union all select 'charges', count(*)::int from sandbox.charges where state = 'processing'
  union all select 'checkouts', count(*)::int from ordering.processes
    where name = 'checkout' and state->>'step' not in ('waiting', 'confirmed', 'given-up', 'undone')`;

const toText = (rows: readonly OpenWork[]): string =>
  rows
    .filter(({ count }) => count !== 0)
    .map(({ what, count }) => `${what}: ${count}`)
    .join(', ');

/**
 * The counts of `UNDECIDED` as text. The text is empty if every order has a result and every read model is up to date.
 */
export const listUndecided = async ({ database }: FaultShop): Promise<string> =>
  toText(await database.ofOrders<OpenWork>(UNDECIDED));

export const waitUntilDecided = (faultShop: FaultShop, patienceMs = 60_000): Promise<void> =>
  eventually(async () => expect(await listUndecided(faultShop)).toBe(''), patienceMs);

/** Waits until no work is left. Letters are not included: after a kill, a letter waits half a minute for the next attempt. */
export const waitUntilIdle = ({ database }: FaultShop, patienceMs = 90_000): Promise<void> =>
  eventually(async () => expect(toText(await database.query<OpenWork>(UNFINISHED))).toBe(''), patienceMs);

/**
 * Checks money, stock, points, letters, the log and the read models of thousands of orders at once, in the tables.
 * Returns the faults as texts. Call this function when the shop has no work left. test/support/expect-totals.ts checks
 * a few orders over HTTP.
 */
export async function findFaults(faultShop: FaultShop): Promise<string[]> {
  const pool = contextPool(faultShop.database.ordering, 'ordering');
  try {
    const store = new PgEventStore(new StreamDatabase(new PgDatabase('ordering', pool), orderTables), orderEvents, ...([] as unknown as [never, never, never, never])); // prettier-ignore
    const log = await readWholeLog(store);
    const streams = new Map<string, RecordedEvent[]>();
    for (const event of log) streams.set(event.streamId, [...(streams.get(event.streamId) ?? []), event]);
    const orders = new Map(
      [...streams].map(([id, events]) => [id, fold(orderReducer, events as unknown as OrderEvent[])] as const),
    );
    return [
      ...(await findLogFaults(faultShop, log, streams)),
      ...findOrderFaults(faultShop, orders),
      ...(await findMoneyFaults(faultShop, orders)),
      ...(await findStockFaults(faultShop, orders)),
      ...(await findPointsFaults(faultShop, orders)),
      ...(await findLetterFaults(faultShop, orders)),
      ...(await findViewFaults(faultShop, log)),
    ];
  } finally {
    await pool.end();
  }
}

async function readWholeLog(store: PgEventStore): Promise<RecordedEvent[]> {
  const log: RecordedEvent[] = [];
  for (;;) {
    const more = await store.readLog(log.length, 5_000);
    log.push(...more);
    if (more.length < 5_000) return log;
  }
}

type Orders = ReadonlyMap<string, Order>;

const faultUnless = (holds: boolean, what: string): string[] => (holds ? [] : [what]);

async function findLogFaults(
  faultShop: FaultShop,
  log: readonly RecordedEvent[],
  streams: ReadonlyMap<string, RecordedEvent[]>,
) {
  const [{ events, positions, dead }] = await faultShop.database.query<{
    events: number;
    positions: number;
    dead: number;
  }>(
    `select (select count(*)::int from ordering.order_events) as events, (select max(position)::int from ordering.order_log) as positions,
       (${contexts.map((context) => `(select count(*)::int from ${context}.inbox where state = 'dead')`).join(' + ')}) as dead`,
  );
  const office = await eventually(() => BackOffice.logIn(faultShop.shop));
  const verified = await office.verify();
  return [
    ...faultUnless(
      events === positions && positions === log.length,
      `${events} events, ${positions} positions, ${log.length} events read`,
    ),
    ...faultUnless(dead === 0, `${dead} dead letters`),
    ...faultUnless(verified.valid, `the verification of the log found faults: ${JSON.stringify(verified)}`),
    ...[...streams].flatMap(([id, events]) =>
      faultUnless(
        events.every(({ version }, at) => version === at + 1),
        `${id} was delivered as versions ${events.map(({ version }) => version).join()}`,
      ),
    ),
  ];
}

function findOrderFaults(faultShop: FaultShop, orders: Orders): string[] {
  const sold = faultShop.sales.flatMap(({ orderId }) => orderId ?? []);
  const legal = ['confirmed', 'cancelled'];
  return [
    ...faultUnless(new Set(sold).size === sold.length, 'two keys have one order'),
    ...faultUnless(
      sold.length === faultShop.sales.length,
      `${faultShop.sales.length - sold.length} keys have had no answer`,
    ),
    ...sold.filter((id) => !orders.has(id)).map((id) => `order ${id} was answered with 201, but it is lost`),
    ...faultUnless(orders.size === sold.length, `${sold.length} keys made ${orders.size} orders`),
    ...[...orders].filter(([, { status }]) => !legal.includes(status)).map(([id, { status }]) => `${id} is ${status}`),
  ];
}

async function findMoneyFaults(faultShop: FaultShop, orders: Orders): Promise<string[]> {
  interface Charge {
    readonly id: string;
    readonly amount: number;
    readonly state: string;
    readonly refunded: number;
    readonly count: number;
  }
  const charges = new Map(
    (
      await faultShop.database.query<Charge>(
        `select order_id as id, min(state) as state, sum(amount)::int as amount, sum(refunded)::int as refunded, count(*)::int as count
         from sandbox.charges where state not in ('declined', 'failed', 'voided') group by 1`,
      )
    ).map((charge) => [charge.id, charge]),
  );
  return [...orders].flatMap(([id, order]) => {
    if (order.status === 'unplaced') return [];
    const { method } = order.placed.payment;
    const charge = charges.get(id);
    const kept = charge ? charge.amount - charge.refunded : 0;
    const expectedAmount = order.status === 'confirmed' && method === 'card' ? order.placed.total.amount : 0;
    return [
      ...faultUnless((charge?.count ?? 0) <= 1, `${id} was charged ${charge?.count} times`),
      ...faultUnless(
        kept === expectedAmount,
        `${id} is ${order.status}: the shop should keep ${expectedAmount}, but the provider keeps ${kept}`,
      ),
    ];
  });
}

async function findStockFaults(faultShop: FaultShop, orders: Orders): Promise<string[]> {
  const { database, plentySku, scarceSku } = faultShop;
  const soldQuantity = (sku: string) =>
    [...orders.values()]
      .flatMap((order) => (order.status === 'confirmed' ? order.placed.lines : []))
      .filter((line) => line.sku === sku)
      .reduce((sum, { quantity }) => sum + quantity, 0);
  const rows = await database.query<{ sku: string; there: number; reserved: number; moved: number }>(
    `select sku, on_hand as there, reserved,
       (select sum(delta_on_hand)::int from inventory.stock_movements m where m.sku = s.sku) as moved
     from inventory.stock s where sku = any($1::text[])`,
    [[plentySku, scarceSku]],
  );
  const stocked: Record<string, number> = { [plentySku]: STOCKED, [scarceSku]: SCARCE };
  const held = await database.query<{ id: string; state: string }>(
    'select order_id as id, state from inventory.reservations',
  );
  return [
    ...rows.flatMap(({ sku, there, reserved, moved }) => [
      ...faultUnless(
        there === stocked[sku] - soldQuantity(sku),
        `${there} of ${sku} left, ${soldQuantity(sku)} sold of ${stocked[sku]}`,
      ),
      ...faultUnless(reserved === 0, `${reserved} of ${sku} still reserved`),
      ...faultUnless(there === moved, `${there} of ${sku} on hand, ${moved} by its movements`),
    ]),
    ...held.flatMap(({ id, state }) =>
      faultUnless(
        (state === 'committed') === (orders.get(id)?.status === 'confirmed') && state !== 'reserved',
        `${id} is ${orders.get(id)?.status}, its goods are ${state}`,
      ),
    ),
  ];
}

async function findPointsFaults(faultShop: FaultShop, orders: Orders): Promise<string[]> {
  const entries = await faultShop.database.query<{ id: string; earned: number; sum: number }>(
    `select order_id as id, count(*) filter (where reason = 'order-confirmed')::int as earned, sum(points)::int as sum
     from customers.points_entries group by 1`,
  );
  const points = new Map(entries.map((one) => [one.id, one]));
  const wrongBalances = await faultShop.database.query<{ id: string }>(
    `select b.customer_id as id from customers.points_balances b
     where balance <> (select coalesce(sum(points), 0) from customers.points_entries e where e.customer_id = b.customer_id)`,
  );
  return [
    ...wrongBalances.map(({ id }) => `the balance of ${id} is not the sum of its entries`),
    ...[...orders].flatMap(([id, order]) => {
      if (order.status === 'unplaced' || !order.placed.customerId) return [];
      // Points are added when the money is paid. A cash order that is only confirmed has no points yet.
      const expectedPoints = order.status === 'confirmed' ? Math.floor(order.paid.amount / 10_000) : 0;
      const { earned = 0, sum = 0 } = points.get(id) ?? {};
      return faultUnless(
        sum === expectedPoints && earned <= 1,
        `${id} should have ${expectedPoints} points, but has ${sum} from ${earned} entries`,
      );
    }),
  ];
}

async function findLetterFaults(faultShop: FaultShop, orders: Orders): Promise<string[]> {
  const letters = await faultShop.database.query<{ id: string; event: string; count: number }>(
    'select order_id as id, event, count(*)::int from notifications.letters group by 1, 2',
  );
  const written = new Set(letters.map(({ id, event }) => `${id} ${event}`));
  return [
    ...letters.filter(({ count }) => count > 1).map(({ id, event }) => `${id} had its ${event} letter twice`),
    ...[...orders].flatMap(([id, { status }]) =>
      faultUnless(written.has(`${id} order-${status}`), `${id} is ${status}, but has no letter about it`),
    ),
  ];
}

/** Compares every row of every live read model with a fold of the whole log. */
async function findViewFaults({ database }: FaultShop, log: readonly RecordedEvent[]): Promise<string[]> {
  const wrong: string[] = [];
  const live = await database.query<{ name: string; version: number; relation: string }>(
    `select name, version, relation from ordering.projection_tables where state = 'live'`,
  );
  for (const { name, version, relation } of live) {
    const projection = orderProjections.find((one) => one.name === name && one.version === version);
    if (!projection) continue; // the table belongs to another build
    const folded = foldBatch(projection, new Map(), log).rows;
    const rows = await database.query<{ id: string; version: number; view: object }>(
      `select order_id as id, version, view from ordering.${relation}`,
    );
    wrong.push(...faultUnless(rows.length === folded.size, `${relation} has ${rows.length} rows, not ${folded.size}`));
    for (const row of rows) {
      const expected = folded.get(row.id);
      const same =
        row.version === expected?.version && isDeepStrictEqual(row.view, JSON.parse(JSON.stringify(expected.view)));
      wrong.push(...faultUnless(same, `the row of ${row.id} in ${relation} differs from its events`));
    }
  }
  return wrong;
}
