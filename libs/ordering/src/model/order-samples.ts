import { times, vnd, type Sealed, type Uuid } from '#kernel';
import type { Fact } from '#kernel';
import { fold } from '#kernel';
import { orderLife, type Order, type OrderEvent, type OrderLine, type PlacedOrder } from './order';

/** Orders to tell stories with in specs. */
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

export const refundOf = (refundId: string, amount: number) => ({ refundId, amount: vnd(amount), reason: 'cold' });
export const refundAsked = (refundId: string, amount: number): OrderEvent => ({
  type: 'RefundRequested',
  data: refundOf(refundId, amount),
});
/** A refund that says what becomes of the order, and of its goods. */
export const refundDeciding = (
  refundId: string,
  amount: number,
  decided: { readonly end: boolean; readonly restock?: boolean },
): OrderEvent => ({ type: 'RefundRequested', data: { ...refundOf(refundId, amount), ...decided } });
export const refundDone = (refundId: string, amount: number): OrderEvent => ({
  type: 'OrderRefunded',
  data: { refundId, amount: vnd(amount) },
});
export const refundFailed = (refundId: string, amount: number): OrderEvent => ({
  type: 'RefundFailed',
  data: { refundId, amount: vnd(amount), reason: 'card closed' },
});

export const given = (...events: readonly OrderEvent[]): Order => fold(orderLife, events);

const { placed, confirmed, accepted, preparing, readied, completed } = facts;
/** An order paid by card, as far as the named status. */
export const ordered: Record<'pending' | 'confirmed' | 'accepted' | 'preparing' | 'ready' | 'completed', OrderEvent[]> =
  {
    pending: [placed],
    confirmed: [placed, confirmed],
    accepted: [placed, confirmed, accepted],
    preparing: [placed, confirmed, accepted, preparing],
    ready: [placed, confirmed, accepted, preparing, readied],
    completed: [placed, confirmed, accepted, preparing, readied, completed],
  };

/** The order's own payment was taken, and went back. */
export const reversed = (amount: number): OrderEvent => ({
  type: 'PaymentReversed',
  data: { reversalId: '019ab3c4-0000-7000-8000-0000000000dd', amount: vnd(amount) },
});
