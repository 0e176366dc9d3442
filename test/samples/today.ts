import { vnd, type Message } from '#kernel';
import { VariantListed, VariantsRenamed } from '#contracts/catalog';
import { PointsEarned, PointsTakenBack } from '#contracts/customers';
import { AccountRegistered, ContextErased, PersonErased } from '#contracts/identity';
import * as inventory from '#contracts/inventory';
import { NotificationSent } from '#contracts/notifications';
import * as payments from '#contracts/payments';
import { requestsOf, recordReversalRequest, voidPaymentRequest } from '../../libs/ordering/src/checkout/checkout-steps';
import {
  CheckoutOverdue,
  CheckoutWaits,
  CompareCheckout,
  RetryCheckout,
  ReviewOrder,
  CompensationRequested,
} from '../../libs/ordering/src/checkout/checkout-messages';
import { announcements } from '../../libs/ordering/src/model/order-announcements';
import type { OrderEvent } from '../../libs/ordering/src/model/order';
import * as orders from '../../libs/ordering/src/model/order-samples';
import {
  CompareRefunds,
  RecordRefund,
  RecordRefundFailure,
  RefundAgain,
  RefundWaits,
  RetryRefunds,
} from '../../libs/ordering/src/refund-order/refunds-messages';

const { everyFact, facts, factsUntil, orderId, customerId, sealed } = orders;

const refundId = '019ab3c4-0000-7000-8000-0000000000ee';
const { OrderPlaced: placed, OrderCancelled: cancelled, RefundRequested: refundRequested } = everyFact;
const paymentDeclined: OrderEvent = {
  type: 'OrderCancelled',
  data: { ...facts.cancelled.data, code: 'PAYMENT_DECLINED', by: 'shop' },
};

/** A refund that ends the order. */
const endingRefund = orders.refundRequestedWith(refundId, 30_000, { end: true, restock: true });

const at = '2026-11-23T03:04:05.678Z';
const messagesAfter = (before: readonly OrderEvent[], event: OrderEvent) =>
  announcements(orderId, orders.orderAfter(...before), before.length, [event], at);

const lines = [{ sku: 'a1', quantity: 2 }];
const amount = vnd(100_000);
const paymentId = '019ab3c4-0000-7000-8000-0000000000dd';
const idempotencyKey = `refunds:${orderId}:${refundId}:recording`;
const payment = { paymentId, method: 'card' as const, provider: 'sandbox', chargeId: 'ch_1', amount };
const productId = '019ab3c4-0000-7000-8000-0000000000aa';
const variantId = '019ab3c4-0000-7000-8000-0000000000bb';
const linesWithVariants = lines.map((line) => ({ ...line, variantId }));
const basket = { orderId, lines: linesWithVariants, total: amount, method: 'card' as const, token: sealed('tok_ok') };

/** Messages as the current code sends them: at least one of every class. */
export const messages: readonly Message[] = [
  ...messagesAfter([], placed),
  ...messagesAfter(factsUntil.pending, facts.confirmed),
  ...messagesAfter(factsUntil.pending, facts.unwanted),
  ...messagesAfter([placed], paymentDeclined),
  ...messagesAfter(factsUntil.confirmed, cancelled),
  ...messagesAfter([facts.placed, facts.cancelled], everyFact.PaymentReversed),
  ...messagesAfter(factsUntil.confirmed, endingRefund),
  ...messagesAfter([...factsUntil.confirmed, endingRefund], everyFact.OrderRefunded),
  ...messagesAfter([...factsUntil.completed, refundRequested], everyFact.RefundFailed),

  ...requestsOf({ step: 'reserving', basket, asked: 0 }),
  ...requestsOf({ step: 'paying', basket, unknown: false, asked: 0 }),
  ...requestsOf({ step: 'committing', orderId, payment, asked: 0 }),
  ...requestsOf({ step: 'confirming', orderId, payment, asked: 0 }),
  ...requestsOf({ step: 'restocking', orderId, waste: true, asked: 0 }),
  ...requestsOf({ step: 'releasing', orderId, why: 'OUT_OF_STOCK', asked: 0 }),
  ...requestsOf({ step: 'closing', orderId, why: 'OUT_OF_STOCK', reversed: amount, asked: 0 }),
  recordReversalRequest(orderId, amount),
  voidPaymentRequest(orderId, 'OVERDUE'),
  new CheckoutOverdue({ orderId }),
  new CheckoutWaits({ orderId, asked: 1 }),
  new payments.RefundPayment({ orderId, refundId, amount: vnd(30_000), reason: 'cold', idempotencyKey }),
  new RecordRefund({ orderId, refundId, amount: vnd(30_000), idempotencyKey }),
  new RecordRefundFailure({ orderId, refundId, reason: 'card closed', amount: vnd(30_000), idempotencyKey }),
  new RefundWaits({ orderId, refundId }),
  new RefundAgain({ orderId, refundId, amount: vnd(30_000), reason: 'cold', idempotencyKey }),
  new RetryCheckout({ orderId, by: customerId, reason: 'the bank is back' }),
  new RetryRefunds({ orderId, by: customerId, reason: null, owed: vnd(30_000), version: 8 }),
  new CompensationRequested({ orderId, by: customerId, reason: 'ordered by mistake' }),
  new ReviewOrder({ orderId, by: customerId, reason: 'a message was lost' }),
  new CompareCheckout({
    ...{ orderId, status: 'pending', wasConfirmed: false, unwantedBy: null, inHand: false },
    ...{ lines, total: vnd(60_000), method: 'card', goods: 'shelf', step: 'confirming' },
    ...{ by: customerId, reason: 'a message was lost' },
  }),
  new CompareRefunds({
    ...{ orderId, version: 8, confirmed: true, owed: vnd(0) },
    refunds: [{ refundId, amount: vnd(30_000), state: 'requested', reason: 'cancelled: STAFF' }],
    ...{ by: customerId, reason: 'a message was lost' },
  }),

  new inventory.StockReserved({ orderId, lines }),
  new inventory.StockShort({ orderId, short: [{ sku: 'a1', quantity: 2, available: 1 }] }),
  new inventory.StockCommitted({ orderId, lines }),
  new inventory.StockCommitRefused({ orderId, reason: 'nothing is reserved for this order' }),
  new inventory.StockReleased({ orderId, lines, restocked: false, wasted: true }),
  new inventory.StockLevelChanged({ sku: 'a1', available: 7, version: 12, variantId }),

  new payments.PaymentTaken({ orderId, ...payment }),
  new payments.PaymentDeclined({ orderId, paymentId, code: 'unavailable', reason: 'no answer', reversed: amount }),
  new payments.PaymentDeclined({ orderId, paymentId, code: 'declined', reason: 'The bank declined the card.' }),
  new payments.PaymentUnknown({ orderId, paymentId, attempts: 3, reason: 'time-out' }),
  new payments.PaymentVoided({ orderId, refunded: amount }),
  new payments.PaymentRefunded({ orderId, refundId, amount: vnd(30_000) }),
  new payments.SettleByHand({
    ...{ orderId, refundId, found: 'given-back', by: customerId, reason: 'their hotline is closed', idempotencyKey },
  }),
  new payments.MoneyFound({
    orderId,
    findingId: refundId,
    kind: 'second-charge',
    ...{ provider: 'sandbox', chargeId: 'ch_2', amount },
  }),
  new payments.MoneyReturned({ orderId, findingId: refundId, provider: 'sandbox', chargeId: 'ch_2', amount }),
  new payments.RefundRefused({ orderId, refundId, amount: vnd(30_000), reason: 'card closed' }),

  new PointsEarned({ orderId, customerId, points: 100, balance: 350 }),
  new PointsTakenBack({ orderId, customerId, points: 100, balance: 250 }),
  new PersonErased({
    erasureId: '019ab3c4-0000-7000-8000-0000000000e1',
    subject: '019ab3c4-0000-7000-8000-000000000001',
    kind: 'guest',
    cartId: '019ab3c4-0000-7000-8000-0000000000cc',
    at: '2026-11-23T03:04:05.678Z',
  }),
  new ContextErased({
    erasureId: '019ab3c4-0000-7000-8000-0000000000e1',
    subject: '019ab3c4-0000-7000-8000-000000000001',
    context: 'notifications',
  }),
  new AccountRegistered({ userId: customerId, email: sealed('an@example.com'), name: sealed('An'), locale: 'vi', at }),
  new NotificationSent({ orderId, event: 'order-confirmed', channel: 'email' }),
  new VariantListed({ productId, variantId, sku: 'a1', stock: 40, named: 7 }),
  new VariantsRenamed({ productId, named: 8, variants: [{ variantId, was: 'a1', sku: 'b2', stock: 4 }] }),
];
