import { OrderMessage, type Money, type Uuid } from '#kernel';
import type { CancellationCode } from '#contracts/ordering';
import type { Payment } from '../confirm-order/confirm-order';

/** The checkout asks its own context: money and goods are there, confirm. Answered by OrderConfirmed, or by the cancellation that came first. */
export class ConfirmOrder extends OrderMessage<{
  readonly orderId: Uuid;
  readonly payment: Payment;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'ordering.confirm-order.v1';
}

/** The checkout asks its own context: everything was given back, close the order. Answered by OrderCancelled. */
export class CloseOrder extends OrderMessage<{
  readonly orderId: Uuid;
  readonly code: CancellationCode;
  /** What was taken and given back on the way. */
  readonly reversed?: Money;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'ordering.close-order.v1';
}

/** The checkout asks its own context: money that came after the order's end has gone back, note it. */
export class RecordReversal extends OrderMessage<{
  readonly orderId: Uuid;
  readonly amount: Money;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'ordering.record-reversal.v1';
}

/** A timer: the reservation has been held long enough. The process decides what that means. */
export class CheckoutOverdue extends OrderMessage<{ readonly orderId: Uuid }> {
  static readonly type = 'ordering.checkout-overdue.v1';
}

/** A timer: still waiting for an answer? Then ask again; every receiver knows what it was asked before. */
export class CheckoutWaits extends OrderMessage<{ readonly orderId: Uuid; readonly asked: number }> {
  static readonly type = 'ordering.checkout-waits.v1';
}

/** An admin wants the present step's requests sent again. `by` is who, by id. */
export class RetryCheckout extends OrderMessage<{
  readonly orderId: Uuid;
  readonly by: string;
  readonly reason: string | null;
}> {
  static readonly type = 'ordering.retry-checkout.v1';
}

/** An admin has asked for the order back: a note for the journal. What becomes of it the stream says. */
export class WindBackAsked extends OrderMessage<{
  readonly orderId: Uuid;
  readonly by: string;
  readonly reason: string | null;
}> {
  static readonly type = 'ordering.wind-back-asked.v1';
}
