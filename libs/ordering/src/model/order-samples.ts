import { times, vnd, type Sealed, type Uuid } from '#kernel';
import type { Fact } from '#kernel';
import { fold } from '#kernel';
import type { OrderStatus } from '#contracts/ordering';
import { orderReducer, type Order, type OrderEvent, type OrderEventType } from './order';
import type { OrderLine, PlacedOrder } from './placed-order';

/** Sample orders for specs. */
export const orderId: Uuid = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
export const customerId: Uuid = '019ab3c4-0000-7000-8000-000000000001';
export const sealed = (text: string, subject: Uuid = customerId): Sealed => ({ sealed: `v1.${text}`, subject });

export const line = (sku: string, quantity: number, price: number): OrderLine => ({
  lineId: `019ab3c4-0000-7000-8000-${sku.padStart(12, '0')}`,
  productId: '019ab3c4-0000-7000-8000-0000000000aa',
  variantId: '019ab3c4-0000-7000-8000-0000000000bb',
  sku,
  name: `Cà phê ${sku}`,
  variantName: 'M',
  quantity,
  unitPrice: vnd(price),
  lineTotal: times(vnd(price), quantity),
  modifiers: [],
});

export const samplePlaced: PlacedOrder = {
  number: '261123-4F7K2-9QXWM',
  customerId,
  guestTokenHash: null,
  subject: customerId,
  locale: 'en',
  lines: [line('a1', 2, 30_000), line('b2', 1, 40_000)],
  subtotal: vnd(100_000),
  deliveryFee: vnd(0),
  total: vnd(100_000),
  contact: { name: sealed('An'), phone: sealed('0901'), email: sealed('an@example.com') },
  fulfilment: { type: 'pickup', address: null },
  payment: { method: 'card', token: sealed('tok_ok'), provider: null },
  note: null,
  cartId: '019ab3c4-0000-7000-8000-0000000000cc',
  cartVersion: 3,
};

const payment = { paymentId: '019ab3c4-0000-7000-8000-0000000000dd', chargeId: 'ch_1' };

export const facts = {
  placed: { type: 'OrderPlaced', data: samplePlaced },
  placedForCash: {
    type: 'OrderPlaced',
    data: { ...samplePlaced, payment: { method: 'cash', token: null, provider: null } },
  },
  confirmed: {
    type: 'OrderConfirmed',
    data: { ...payment, method: 'card', provider: 'sandbox', paid: vnd(100_000) },
  },
  confirmedForCash: {
    type: 'OrderConfirmed',
    data: { ...payment, chargeId: null, method: 'cash', provider: 'cash', paid: vnd(0) },
  },
  accepted: { type: 'OrderAccepted', data: {} },
  held: { type: 'OrderHeld', data: { reason: sealed('they come at noon') } },
  resumed: { type: 'OrderResumed', data: {} },
  preparing: { type: 'PreparationStarted', data: {} },
  readied: { type: 'OrderReadied', data: {} },
  completed: { type: 'OrderCompleted', data: { collected: vnd(0) } },
  completedForCash: { type: 'OrderCompleted', data: { collected: vnd(100_000) } },
  unwanted: { type: 'CancellationRequested', data: { by: 'customer', reason: null } },
  cancelled: {
    type: 'OrderCancelled',
    data: {
      code: 'CUSTOMER',
      message: 'The order was cancelled as you asked.',
      reason: null,
      by: 'customer',
      refundDue: vnd(0),
    },
  },
} as const satisfies Record<string, OrderEvent | Fact>;

export const refundData = (refundId: string, amount: number) => ({ refundId, amount: vnd(amount), reason: 'cold' });
export const refundRequested = (refundId: string, amount: number): OrderEvent => ({
  type: 'RefundRequested',
  data: refundData(refundId, amount),
});
/** A refund that says whether it ends the order, and perhaps where the goods go. */
export const refundRequestedWith = (
  refundId: string,
  amount: number,
  decided: { readonly end: boolean; readonly restock?: boolean },
): OrderEvent => ({ type: 'RefundRequested', data: { ...refundData(refundId, amount), ...decided } });
export const refundMade = (refundId: string, amount: number): OrderEvent => ({
  type: 'OrderRefunded',
  data: { refundId, amount: vnd(amount) },
});
export const refundFailed = (refundId: string, amount: number): OrderEvent => ({
  type: 'RefundFailed',
  data: { refundId, amount: vnd(amount), reason: 'card closed' },
});

export const orderAfter = (...events: readonly OrderEvent[]): Order => fold(orderReducer, events);

const { placed, confirmed, accepted, preparing, readied, completed } = facts;
/** The facts of an order paid by card, up to the named status. */
export const factsUntil: Record<
  'pending' | 'confirmed' | 'accepted' | 'preparing' | 'ready' | 'completed',
  OrderEvent[]
> = {
  pending: [placed],
  confirmed: [placed, confirmed],
  accepted: [placed, confirmed, accepted],
  preparing: [placed, confirmed, accepted, preparing],
  ready: [placed, confirmed, accepted, preparing, readied],
  completed: [placed, confirmed, accepted, preparing, readied, completed],
};

/** The order's own payment was taken and given back. */
export const moneyReversed = (amount: number): OrderEvent => ({
  type: 'PaymentReversed',
  data: { reversalId: '019ab3c4-0000-7000-8000-0000000000dd', amount: vnd(amount) },
});

/** An operator declares an unreadable event void. */
export const eventVoided = (version: number): OrderEvent => ({
  type: 'EventVoided',
  data: { version, reason: 'written by a faulty import' },
});

const refundId = '019ab3c4-0000-7000-8000-0000000000ee';
/** For an order as it is placed today: its lines name the portions of the cart. */
const [first, ...rest] = samplePlaced.lines;
const portions = [{ id: '019ab3c4-0000-7000-8000-0000000000f1', quantity: first.quantity }];

/** One sample of every fact, as today's code writes it. Each sample is stored in `test/samples`. */
export const everyFact: Readonly<Record<OrderEventType, OrderEvent>> = {
  OrderPlaced: {
    type: 'OrderPlaced',
    data: { ...samplePlaced, lines: [{ ...first, portions, seenPrice: vnd(29_000) }, ...rest] },
  },
  OrderConfirmed: facts.confirmed,
  OrderAccepted: facts.accepted,
  OrderHeld: facts.held,
  OrderResumed: facts.resumed,
  PreparationStarted: facts.preparing,
  OrderReadied: facts.readied,
  OrderCompleted: facts.completed,
  CancellationRequested: facts.unwanted,
  OrderCancelled: { ...facts.cancelled, data: { ...facts.cancelled.data, restock: true } },
  RefundRequested: refundRequestedWith(refundId, 30_000, { end: false }),
  OrderRefunded: refundMade(refundId, 30_000),
  RefundFailed: refundFailed(refundId, 30_000),
  PaymentReversed: moneyReversed(30_000),
  EventVoided: eventVoided(2),
};

interface SampleLife {
  readonly facts: readonly OrderEventType[];
  readonly end: OrderStatus;
}

/**
 * Sequences of facts, which together contain every fact. The folds of these sequences are stored in `test/samples` too.
 * Add a new sequence at the end of the list.
 */
export const sampleLives: readonly SampleLife[] = [
  {
    facts: ['OrderPlaced', 'OrderConfirmed', 'OrderAccepted', 'PreparationStarted', 'OrderReadied', 'OrderCompleted'],
    end: 'completed',
  },
  { facts: ['OrderPlaced', 'OrderConfirmed', 'OrderAccepted', 'RefundRequested', 'OrderRefunded'], end: 'accepted' },
  { facts: ['OrderPlaced', 'CancellationRequested', 'OrderCancelled'], end: 'cancelled' },
  { facts: ['OrderPlaced', 'OrderConfirmed', 'RefundRequested', 'RefundFailed', 'OrderCancelled'], end: 'cancelled' },
  { facts: ['OrderPlaced', 'PaymentReversed', 'OrderCancelled'], end: 'cancelled' },
  { facts: ['OrderPlaced', 'OrderConfirmed', 'EventVoided'], end: 'confirmed' },
  { facts: ['OrderPlaced', 'OrderConfirmed', 'OrderHeld'], end: 'on-hold' },
  { facts: ['OrderPlaced', 'OrderConfirmed', 'OrderAccepted', 'OrderHeld', 'OrderResumed'], end: 'accepted' },
];
