import type { BackOffice } from './back-office';
import { waitForOutcome, type Buyer, type Product, type SeenOrder } from './buyers';
import { eventually } from './eventually';
import type { RunningShop } from './start-shop';

/** A placed order: its buyer, the number of pieces, and its id. */
export interface PlacedOrder {
  readonly buyer: Buyer;
  readonly quantity: number;
  readonly orderId: string;
}

const countIds = (ids: readonly string[]) => {
  const counts: Record<string, number> = {};
  for (const id of ids) counts[id] = (counts[id] ?? 0) + 1;
  return counts;
};
const onceEach = (orders: readonly { id: string }[]) => countIds(orders.map(({ id }) => id));

/** Waits until every order is confirmed or cancelled. */
export async function waitUntilDecided(
  shop: RunningShop,
  bought: readonly PlacedOrder[],
  patienceMs: number,
): Promise<readonly SeenOrder[]> {
  const until = Date.now() + patienceMs;
  const orders: SeenOrder[] = [];
  for (const { buyer, orderId } of bought) orders.push(await waitForOutcome(shop, buyer, orderId, until));
  return orders;
}

/**
 * Expects that money, stock, points and letters fit the orders, whatever faults happened before. `stocked`: the pieces
 * in stock before the first order.
 */
export const expectTotalsToAddUp = (...given: Parameters<typeof expectTotals>): Promise<void> =>
  eventually(() => expectTotals(...given)); // points and letters come a moment after an order has ended

async function expectTotals(
  shop: RunningShop,
  office: BackOffice,
  {
    variant,
    stocked,
    bought,
    orders,
  }: {
    variant: Product;
    stocked: number;
    bought: readonly PlacedOrder[];
    orders: readonly SeenOrder[];
  },
): Promise<void> {
  const confirmed = orders.filter(({ status }) => status === 'confirmed');
  const cancelled = orders.filter(({ status }) => status === 'cancelled');
  expect(confirmed.length + cancelled.length).toBe(bought.length);

  const ids = new Set(bought.map(({ orderId }) => orderId));
  const ofTheseOrders = <Row extends { orderId: string }>(rows: readonly Row[]) =>
    rows.filter(({ orderId }) => ids.has(orderId));
  const charges = ofTheseOrders(await office.charges());
  const kept = charges.filter(({ status }) => status === 'captured');
  expect(Math.max(0, ...Object.values(countIds(charges.map(({ orderId }) => orderId))))).toBeLessThanOrEqual(1);
  expect(countIds(kept.map(({ orderId }) => orderId))).toEqual(onceEach(confirmed));
  for (const { orderId, amount } of kept) expect(amount).toEqual(confirmed.find(({ id }) => id === orderId)?.total);

  const sold = bought
    .filter(({ orderId }) => confirmed.some(({ id }) => id === orderId))
    .reduce((sum, { quantity }) => sum + quantity, 0);
  const onHand = stocked - sold;
  expect(await office.stock(variant.sku)).toEqual({ onHand, reserved: 0, available: onHand });

  for (const { buyer, orderId } of bought.filter(({ buyer }) => buyer.isMember)) {
    const found = confirmed.find(({ id }) => id === orderId);
    const { body } = await shop.get('/users/me/loyalty', { headers: buyer.headers });
    const points = found ? Math.floor(found.total.amount / 10_000) : 0;
    expect(body.data).toMatchObject({ balance: points, entries: found ? [{ points, orderId }] : [] });
  }

  const letters = ofTheseOrders(await office.mails());
  const about = (event: string) => letters.filter((letter) => letter.event === event).map(({ orderId }) => orderId);
  expect(countIds(about('order-confirmed'))).toEqual(onceEach(confirmed));
  expect(countIds(about('order-cancelled'))).toEqual(onceEach(cancelled));
  expect(await office.verify()).toMatchObject({ valid: true });
}
