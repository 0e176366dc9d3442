import { randomUUID } from 'node:crypto';
import { placeOrder, type Buyer, type CartLine } from '../../support/buyers';
import { expectStatus, register } from '../../support/people';
import type { Reply, RunningShop } from '../../support/start-shop';

/** The kinds of purchases: how the buyer pays, and what goes wrong or is cancelled. */
export type PurchaseKind = 'card' | 'cash' | 'declined' | 'unanswered' | 'late' | 'not-charged' | 'short' | 'slow' | 'regretted' | 'returned'; // prettier-ignore

export const purchaseKinds: readonly PurchaseKind[] = ['card', 'short', 'unanswered', 'declined', 'late', 'returned', 'cash', 'regretted', 'slow', 'not-charged']; // prettier-ignore

const tokens: Partial<Record<PurchaseKind, string>> = {
  declined: 'tok_declined',
  unanswered: 'tok_timeout_charged',
  late: 'tok_late_webhook',
  'not-charged': 'tok_timeout_not_charged',
  slow: 'tok_slow',
  regretted: 'tok_slow', // so that there is time to cancel
};

/** The kind of purchase that passes certain crash points. Other crash points are passed by every purchase. */
const kindsByPoint: readonly (readonly [RegExp, PurchaseKind])[] = [
  [/void|cancellation-requested|CancellationRequested/, 'regretted'],
  [/refund|Refund|take-points-back|points-taken-back/, 'returned'],
  [/overdue|timers/, 'slow'],
  [/payment.claimed@charge/, 'not-charged'],
  [/stock-short/, 'short'],
  [/payment-declined|stock-released|release-stock|close-order|OrderCancelled|order-cancelled/, 'declined'],
  [/payment-unknown|find/, 'unanswered'],
  [/webhook/, 'late'],
];

export const purchaseKindFor = (point: string): PurchaseKind =>
  kindsByPoint.find(([pattern]) => pattern.test(point))?.[1] ?? 'card';

/** One purchase: a buyer and an idempotency key. The request is repeated until there is an answer. */
export interface Sale {
  readonly kind: PurchaseKind;
  readonly buyer: Buyer;
  readonly quantity: number;
  readonly key: string;
  orderId?: string;
  /** The buyer asked to cancel the order, and got an answer. The answer can be a refusal. */
  isCancelled?: boolean;
}

export interface Shelf {
  /** A variant with enough stock for everybody. */
  readonly plenty: string;
  /** Two lines that together need more pieces than there are in stock. */
  readonly scarce: readonly CartLine[];
}

const WITHIN = { withinMs: 5_000 };

/** Registers a buyer with an account, who buys several times. */
export async function registerRegular(shop: RunningShop): Promise<Buyer> {
  const { email, headers } = await register(shop);
  return { isMember: true, name: 'Lê Thị Khanh', email, phone: '0901234567', address: '7 hẻm Bàn Cờ, Quận 3', headers };
}

/** Fills the cart of a new guest, or of the given buyer. */
export async function fillCart(shop: RunningShop, shelf: Shelf, kind: PurchaseKind, regular?: Buyer): Promise<Sale> {
  const quantity = kind === 'short' ? 4 : 1 + Math.floor(Math.random() * 2);
  const lines = kind === 'short' ? shelf.scarce : [{ variantId: shelf.plenty, quantity }];
  let headers = regular?.headers ?? {};
  for (const body of lines) {
    const reply = expectStatus(201, await shop.post('/cart/items', { body, headers, ...WITHIN }));
    if (!regular) headers = { 'x-cart-token': reply.headers.get('x-cart-token') ?? headers['x-cart-token'] };
  }
  const name = `Trần Thị ${kind}`;
  const email = `${randomUUID()}@example.com`;
  const buyer = regular ?? { isMember: false, name, email, phone: '0901234567', address: '7 hẻm Bàn Cờ', headers };
  return { kind, buyer, quantity, key: randomUUID() };
}

/** Sends the order once. Returns the status of the answer, or 0 without an answer. Throws if one key gives two orders. */
export async function placeSale(shop: RunningShop, sale: Sale): Promise<number> {
  const { kind, buyer, key } = sale;
  const pay = tokens[kind] ?? 'tok_ok';
  const reply: Reply | undefined = await placeOrder(shop, buyer, {
    key,
    pay,
    ...(kind === 'cash' && { cash: true }),
    ...WITHIN,
  }).catch(() => undefined);
  if (!reply || reply.status >= 500 || reply.body.error?.code === 'IDEMPOTENCY_IN_PROGRESS') return reply?.status ?? 0;
  const id = expectStatus(201, reply).body.data.id as string;
  if (sale.orderId && sale.orderId !== id) throw new Error(`one key, two orders: ${sale.orderId} and ${id}`);
  sale.orderId = id;
  return 201;
}

/** Asks to cancel the order. A refusal counts as an answer too. */
export async function cancelSale(shop: RunningShop, sale: Sale): Promise<void> {
  const { headers } = sale.buyer;
  const reply = await shop
    .post(`/orders/${sale.orderId}/cancel`, { headers, body: {}, ...WITHIN })
    .catch(() => undefined);
  if (reply && reply.status < 500 && reply.body.error?.code !== 'VERSION_CONFLICT') sale.isCancelled = true;
}
