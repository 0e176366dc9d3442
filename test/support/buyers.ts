import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expectStatus, adoptNewCartToken, register } from './people';
import type { RunningShop } from './start-shop';

export interface Product {
  readonly variantId: string;
  readonly sku: string;
  readonly price: number;
  /** The groups of options from which one option must be chosen. */
  readonly choices: readonly { readonly options: readonly { readonly id: string }[] }[];
}

export interface CartLine {
  readonly variantId: string;
  readonly quantity: number;
  readonly modifiers?: readonly { readonly optionId: string }[];
}

/** A buyer with a cart. A guest has a cart token, and a member has an access token. A restart does not end them. */
export interface Buyer {
  readonly isMember: boolean;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly address: string;
  readonly headers: Record<string, string>;
}

/** The order as `GET /orders/{id}` shows it to its buyer. */
export interface SeenOrder {
  readonly id: string;
  readonly status: string;
  readonly lines: readonly object[];
  readonly total: { readonly amount: number };
  readonly cancellation?: { readonly code: string };
}

export interface BuyOptions {
  /** The idempotency key. */
  readonly key?: string;
  /** The card token. */
  readonly pay?: string;
  readonly note?: string;
  /** Pay in cash instead of by card. */
  readonly cash?: boolean;
  /** The time limit of the request. */
  readonly withinMs?: number;
}

export async function productNamed(shop: RunningShop, slug: string): Promise<Product> {
  const { body } = await shop.get(`/products/${slug}`);
  const { id, sku, price } = body.data.variants[0];
  const choices = body.data.modifiers.filter(({ min }: { min: number }) => min === 1);
  return { variantId: id, sku, price: price.amount, choices };
}

const person = (label: string) => ({
  name: `Trần Thị ${label}`,
  email: `${label}.${randomUUID().slice(0, 8)}@example.com`,
  phone: `09${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`,
  address: `${label}/7 hẻm Bàn Cờ, Quận 3`,
});

/** Makes a guest, and adds these lines to the guest's cart. */
export async function makeGuest(shop: RunningShop, label: string, ...[first, ...others]: CartLine[]): Promise<Buyer> {
  const reply = expectStatus(201, await shop.post('/cart/items', { body: first }));
  const headers = { 'x-cart-token': reply.headers.get('x-cart-token')! };
  return fillCart(shop, { ...person(label), headers, isMember: false }, others);
}

/** Registers a buyer, who collects points. Adds these lines to the buyer's cart. */
export async function makeMember(shop: RunningShop, label: string, ...lines: CartLine[]): Promise<Buyer> {
  const { email, headers } = await register(shop);
  return fillCart(shop, { ...person(label), email, headers, isMember: true }, lines);
}

async function fillCart(shop: RunningShop, buyer: Buyer, lines: readonly CartLine[]): Promise<Buyer> {
  for (const body of lines) expectStatus(201, await shop.post('/cart/items', { body, headers: buyer.headers }));
  return buyer;
}

/** Orders the buyer's cart. This spends a guest's cart token, so `buyer.headers` gets the new token from the response. */
export async function placeOrder(
  shop: RunningShop,
  buyer: Buyer,
  { key = randomUUID(), pay = 'tok_ok', note, cash, withinMs }: BuyOptions = {},
) {
  const { name, email, phone, address, headers } = buyer;
  // a copy, because another request of this buyer may replace the token before the response comes
  const sent = { ...headers };
  const reply = await shop.post('/orders', {
    headers: { ...sent, 'idempotency-key': key },
    body: {
      contact: { name, email, phone },
      fulfilment: { type: 'delivery', address },
      payment: cash ? { method: 'cash' } : { method: 'card', token: pay },
      ...(note && { note }),
    },
    ...(withinMs !== undefined && { withinMs }),
  });
  adoptNewCartToken(headers, sent, reply);
  return reply;
}

/** Waits until the order is confirmed or cancelled. At the deadline, a pending order is returned as it is. */
export async function waitForOutcome(
  shop: RunningShop,
  { headers }: Buyer,
  orderId: string,
  deadline = Date.now() + 30_000,
): Promise<SeenOrder> {
  for (;;) {
    const { body } = expectStatus(200, await shop.get(`/orders/${orderId}`, { headers }));
    if (body.data.status !== 'pending' || Date.now() > deadline) return body.data;
    await pause(100);
  }
}

/** Runs `work` for each index from 0 to `count` - 1, but not more than `limit` at the same time. */
export async function inParallel<Result>(count: number, work: (index: number) => Promise<Result>, limit = 10) {
  const results: Result[] = Array.from({ length: count });
  let next = 0;
  const runNext = async () => {
    for (let index = next++; index < count; index = next++) results[index] = await work(index);
  };
  await Promise.all(Array.from({ length: limit }, runNext));
  return results;
}
