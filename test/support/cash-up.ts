import type { BackOffice } from './back-office';
import { outcome, type Buyer, type Product, type SeenOrder } from './buyers';
import { eventually } from './eventually';
import type { RunningShop } from './start-shop';

/** An order that was asked for with one key: whose, of how many pieces, and its id. */
export interface Bought {
  readonly buyer: Buyer;
  readonly quantity: number;
  readonly orderId: string;
}

const counted = (ids: readonly string[]) => {
  const counts: Record<string, number> = {};
  for (const id of ids) counts[id] = (counts[id] ?? 0) + 1;
  return counts;
};
const onceEach = (orders: readonly { id: string }[]) => counted(orders.map(({ id }) => id));

/** Waits until every order is confirmed or cancelled. */
export async function decided(
  shop: RunningShop,
  bought: readonly Bought[],
  patienceMs: number,
): Promise<readonly SeenOrder[]> {
  const until = Date.now() + patienceMs;
  const orders: SeenOrder[] = [];
  for (const { buyer, orderId } of bought) orders.push(await outcome(shop, buyer, orderId, until));
  return orders;
}

/**
 * What must add up, whatever happened in between: money, stock, points and letters against the orders.
 * `stocked` is what was on hand before anything was sold.
 */
export const cashUp = (...given: Parameters<typeof addUp>): Promise<void> => eventually(() => addUp(...given)); // points and letters follow an order's end, and may be a moment later

async function addUp(
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
    bought: readonly Bought[];
    orders: readonly SeenOrder[];
  },
): Promise<void> {
  const confirmed = orders.filter(({ status }) => status === 'confirmed');
  const cancelled = orders.filter(({ status }) => status === 'cancelled');
  expect(confirmed.length + cancelled.length).toBe(bought.length);

  const ids = new Set(bought.map(({ orderId }) => orderId));
  const mine = <Row extends { orderId: string }>(rows: readonly Row[]) =>
    rows.filter(({ orderId }) => ids.has(orderId));
  const charges = mine(await office.charges());
  const kept = charges.filter(({ status }) => status === 'captured');
  expect(Math.max(0, ...Object.values(counted(charges.map(({ orderId }) => orderId))))).toBeLessThanOrEqual(1);
  expect(counted(kept.map(({ orderId }) => orderId))).toEqual(onceEach(confirmed));
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

  const letters = mine(await office.mails());
  const about = (event: string) => letters.filter((letter) => letter.event === event).map(({ orderId }) => orderId);
  expect(counted(about('order-confirmed'))).toEqual(onceEach(confirmed));
  expect(counted(about('order-cancelled'))).toEqual(onceEach(cancelled));
  expect(await office.verify()).toMatchObject({ valid: true });
}
