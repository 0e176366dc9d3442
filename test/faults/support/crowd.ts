import { randomUUID } from 'node:crypto';
import { order, type Buyer, type CartLine } from '../../support/buyers';
import { expectStatus, register } from '../../support/people';
import type { Reply, RunningShop } from '../../support/start-shop';

/** What a buyer has in mind, and how it may end. */
export type Wish = 'card' | 'cash' | 'declined' | 'unanswered' | 'late' | 'not-charged' | 'short' | 'slow' | 'regretted' | 'returned'; // prettier-ignore

export const wishes: readonly Wish[] = ['card', 'short', 'unanswered', 'declined', 'late', 'returned', 'cash', 'regretted', 'slow', 'not-charged']; // prettier-ignore

const tokens: Partial<Record<Wish, string>> = {
  declined: 'tok_declined',
  unanswered: 'tok_timeout_charged',
  late: 'tok_late_webhook',
  'not-charged': 'tok_timeout_not_charged',
  slow: 'tok_slow',
  regretted: 'tok_slow', // so that there is time for it
};

/** Who comes by a crash point, where not everybody does. */
const comers: readonly (readonly [RegExp, Wish])[] = [
  [/void|cancellation-requested|CancellationRequested/, 'regretted'],
  [/refund|Refund|take-points-back|points-taken-back/, 'returned'],
  [/overdue|timers/, 'slow'],
  [/payment.claimed@charge/, 'not-charged'],
  [/stock-short/, 'short'],
  [/payment-declined|stock-released|release-stock|close-order|OrderCancelled|order-cancelled/, 'declined'],
  [/payment-unknown|find/, 'unanswered'],
  [/webhook/, 'late'],
];

export const wishFor = (point: string): Wish => comers.find(([words]) => words.test(point))?.[1] ?? 'card';

/** One buyer and one key; asked until there is an answer. */
export interface Sale {
  readonly wish: Wish;
  readonly buyer: Buyer;
  readonly quantity: number;
  readonly key: string;
  orderId?: string;
  /** Cancelled after all: asked for, and answered. */
  calledOff?: boolean;
}

export interface Shelf {
  /** There is enough of it for everyone. */
  readonly plenty: string;
  /** Never as many as the two lines together want. */
  readonly scarce: readonly CartLine[];
}

const WITHIN = { withinMs: 5_000 };

/** Somebody with an account, who comes again and again. */
export async function regular(shop: RunningShop): Promise<Buyer> {
  const { email, headers } = await register(shop);
  return { isMember: true, name: 'Lê Thị Khanh', email, phone: '0901234567', address: '7 hẻm Bàn Cờ, Quận 3', headers };
}

/** Fills a cart: a guest's, or the regular's who is named. */
export async function queue(shop: RunningShop, shelf: Shelf, wish: Wish, known?: Buyer): Promise<Sale> {
  const quantity = wish === 'short' ? 4 : 1 + Math.floor(Math.random() * 2);
  const lines = wish === 'short' ? shelf.scarce : [{ variantId: shelf.plenty, quantity }];
  let headers = known?.headers ?? {};
  for (const body of lines) {
    const reply = expectStatus(201, await shop.post('/cart/items', { body, headers, ...WITHIN }));
    if (!known) headers = { 'x-cart-token': reply.headers.get('x-cart-token') ?? headers['x-cart-token'] };
  }
  const name = `Trần Thị ${wish}`;
  const email = `${randomUUID()}@example.com`;
  const buyer = known ?? { isMember: false, name, email, phone: '0901234567', address: '7 hẻm Bàn Cờ', headers };
  return { wish, buyer, quantity, key: randomUUID() };
}

/** Sends the order once and returns the status of the answer, or 0 where no answer came. An order that was told of before must be the one that is told of now. */
export async function ask(shop: RunningShop, sale: Sale): Promise<number> {
  const { wish, buyer, key } = sale;
  const pay = tokens[wish] ?? 'tok_ok';
  const reply: Reply | undefined = await order(shop, buyer, {
    key,
    pay,
    ...(wish === 'cash' && { cash: true }),
    ...WITHIN,
  }).catch(() => undefined);
  if (!reply || reply.status >= 500 || reply.body.error?.code === 'IDEMPOTENCY_IN_PROGRESS') return reply?.status ?? 0;
  const id = expectStatus(201, reply).body.data.id as string;
  if (sale.orderId && sale.orderId !== id) throw new Error(`one key, two orders: ${sale.orderId} and ${id}`);
  sale.orderId = id;
  return 201;
}

/** Wants it back. A refusal is an answer, too. */
export async function callOff(shop: RunningShop, sale: Sale): Promise<void> {
  const { headers } = sale.buyer;
  const reply = await shop
    .post(`/orders/${sale.orderId}/cancel`, { headers, body: {}, ...WITHIN })
    .catch(() => undefined);
  if (reply && reply.status < 500 && reply.body.error?.code !== 'VERSION_CONFLICT') sale.calledOff = true;
}
