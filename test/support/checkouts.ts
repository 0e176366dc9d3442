import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { inParallel, makeGuest, makeMember, placeOrder, type Buyer, type Product } from './buyers';
import type { PlacedOrder } from './expect-totals';
import { eventually } from './eventually';
import type { Reply, RunningShop } from './start-shop';

const PAYS = ['tok_ok', 'tok_ok', 'tok_declined', 'tok_flaky', 'tok_late_webhook', 'tok_ok', 'tok_slow', 'tok_ok'];
const MEMBER_EVERY = 10;

/** One buyer who wants to order, with an idempotency key that is the same in all attempts. */
export interface BuyerCheckout {
  readonly buyer: Buyer;
  readonly quantity: number;
  readonly pay: string;
  readonly key: string;
  reply?: Reply;
}

/** Makes buyers with one or two pieces in the cart and different cards. Every tenth buyer has an account. */
export const fillCarts = (shop: RunningShop, count: number, { variantId }: Product): Promise<BuyerCheckout[]> =>
  inParallel(count, async (index) => {
    const quantity = 1 + (index % 2);
    const [label, line] = [`buyer${index}`, { variantId, quantity }];
    const buyer = await (index % MEMBER_EVERY ? makeGuest(shop, label, line) : makeMember(shop, label, line));
    return { buyer, quantity, pay: PAYS[index % PAYS.length], key: randomUUID() };
  });

/** Places all orders within `overMs`. If a request gets no answer or a 5xx, `reply` of its checkout stays undefined. */
export async function placeOrders(shop: RunningShop, checkouts: readonly BuyerCheckout[], overMs = 0): Promise<void> {
  await Promise.all(
    checkouts.map(async (checkout, index) => {
      if (overMs) await pause((overMs * index) / checkouts.length);
      const reply = await placeOrder(shop, checkout.buyer, checkout).catch(() => undefined);
      if (reply && reply.status < 500) checkout.reply = reply;
    }),
  );
}

/** Repeats the orders without an answer, with the same keys, until each has an answer. */
export const repeatUnanswered = (shop: RunningShop, checkouts: readonly BuyerCheckout[]): Promise<void> =>
  eventually(async () => {
    const unanswered = () => checkouts.filter(({ reply }) => reply?.status !== 201);
    await placeOrders(shop, unanswered());
    const left = unanswered().map(({ reply }) => reply?.body ?? 'no answer');
    if (left.length > 0) throw new Error(`These orders were not answered with 201: ${JSON.stringify(left)}`);
  });

/** The orders that were answered with 201. */
export const answeredOrders = (checkouts: readonly BuyerCheckout[]): { readonly id: string }[] =>
  checkouts.flatMap(({ reply }) => (reply?.status === 201 ? [reply.body.data] : []));

export const placedOrdersOf = (checkouts: readonly BuyerCheckout[]): PlacedOrder[] =>
  checkouts.map(({ buyer, quantity, reply }) => ({ buyer, quantity, orderId: reply!.body.data.id as string }));
