import { OrderMessage, type Money, type Uuid } from '#kernel';
import type { CancellationCode, OrderStatus } from '#contracts/ordering';
import type { StockLine } from '#contracts/inventory';
import type { Payment } from '../confirm-order/confirm-order';

/**
 * The checkout asks its own context to confirm the order, because the money and the goods are there. The answer is
 * OrderConfirmed, or the cancellation that came first.
 */
export class ConfirmOrder extends OrderMessage<{
  readonly orderId: Uuid;
  readonly payment: Payment;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'ordering.confirm-order.v1';
}

/**
 * The checkout asks its own context to close the order, because everything was given back. The answer is
 * OrderCancelled.
 */
export class CloseOrder extends OrderMessage<{
  readonly orderId: Uuid;
  readonly code: CancellationCode;
  /** Money that was taken and given back during the checkout. */
  readonly reversed?: Money;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'ordering.close-order.v1';
}

/** The checkout asks its own context to note that money which arrived after the order's end has gone back. */
export class RecordReversal extends OrderMessage<{
  readonly orderId: Uuid;
  readonly amount: Money;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'ordering.record-reversal.v1';
}

/** A timer: the reservation time is over. The saga decides what follows. */
export class CheckoutOverdue extends OrderMessage<{ readonly orderId: Uuid }> {
  static readonly type = 'ordering.checkout-overdue.v1';
}

/** A timer: if the saga still waits for an answer, it asks again. Every receiver recognises a repeated request. */
export class CheckoutWaits extends OrderMessage<{ readonly orderId: Uuid; readonly asked: number }> {
  static readonly type = 'ordering.checkout-waits.v1';
}

/** Staff want the requests of the current step sent again. `by` is the person's id. */
export class RetryCheckout extends OrderMessage<{
  readonly orderId: Uuid;
  readonly by: string;
  readonly reason: string | null;
}> {
  static readonly type = 'ordering.retry-checkout.v1';
}

/** Staff have asked to wind the order back. This is only a note for the journal; the stream decides about the order. */
export class WindBackAsked extends OrderMessage<{
  readonly orderId: Uuid;
  readonly by: string;
  readonly reason: string | null;
}> {
  static readonly type = 'ordering.wind-back-asked.v1';
}

/**
 * Ordering sends this to itself when an event of an order was declared void. The order's sagas are then compared with
 * its stream.
 */
export class ReviewOrder extends OrderMessage<{ readonly orderId: Uuid }> {
  static readonly type = 'ordering.review-order.v1';
}

/** The state of the order by its stream. Its checkout compares this with what it has done. */
export class CompareCheckout extends OrderMessage<{
  readonly orderId: Uuid;
  readonly status: OrderStatus;
  /** Whether the stream has a confirmation that counts. */
  readonly wasConfirmed: boolean;
  /** Who requested a cancellation of a pending order that is not carried out yet. */
  readonly unwantedBy: 'customer' | 'staff' | null;
  /** Whether the order is to be made or is being made. */
  readonly inHand: boolean;
  readonly lines: readonly StockLine[];
  readonly total: Money;
  readonly method: 'card' | 'cash';
}> {
  static readonly type = 'ordering.compare-checkout.v1';
}
