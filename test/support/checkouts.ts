import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { each, guest, member, order, type Buyer, type Product } from './buyers';
import type { Bought } from './cash-up';
import { eventually } from './eventually';
import type { Reply, RunningShop } from './start-shop';

const PAYS = ['tok_ok', 'tok_ok', 'tok_declined', 'tok_flaky', 'tok_late_webhook', 'tok_ok', 'tok_slow', 'tok_ok'];
const MEMBER_EVERY = 10;

/** One buyer at the till, with a key that stays the same however often it is asked. */
export interface Checkout {
  readonly buyer: Buyer;
  readonly quantity: number;
  readonly pay: string;
  readonly key: string;
  reply?: Reply;
}

/** Buyers with one or two pieces in their carts and all kinds of cards; every tenth has an account. */
export const queueUp = (shop: RunningShop, count: number, { variantId }: Product): Promise<Checkout[]> =>
  each(count, async (index) => {
    const quantity = 1 + (index % 2);
    const [label, line] = [`buyer${index}`, { variantId, quantity }];
    const buyer = await (index % MEMBER_EVERY ? guest(shop, label, line) : member(shop, label, line));
    return { buyer, quantity, pay: PAYS[index % PAYS.length], key: randomUUID() };
  });

/** Posts them all, spread over a time; one that gets no answer, or only a 5xx, stays without a reply. */
export async function pay(shop: RunningShop, checkouts: readonly Checkout[], overMs = 0): Promise<void> {
  await Promise.all(
    checkouts.map(async (checkout, index) => {
      if (overMs) await pause((overMs * index) / checkouts.length);
      const reply = await order(shop, checkout.buyer, checkout).catch(() => undefined);
      if (reply && reply.status < 500) checkout.reply = reply;
    }),
  );
}

/** Repeats what had no answer with its key, until it has one. */
export const payAgain = (shop: RunningShop, checkouts: readonly Checkout[]): Promise<void> =>
  eventually(async () => {
    const unpaid = () => checkouts.filter(({ reply }) => reply?.status !== 201);
    await pay(shop, unpaid());
    const left = unpaid().map(({ reply }) => reply?.body ?? 'no answer');
    if (left.length > 0) throw new Error(`Not answered as they should be: ${JSON.stringify(left)}`);
  });

/** The orders that somebody was told of. */
export const answered = (checkouts: readonly Checkout[]): { readonly id: string }[] =>
  checkouts.flatMap(({ reply }) => (reply?.status === 201 ? [reply.body.data] : []));

export const boughtBy = (checkouts: readonly Checkout[]): Bought[] =>
  checkouts.map(({ buyer, quantity, reply }) => ({ buyer, quantity, orderId: reply!.body.data.id as string }));
