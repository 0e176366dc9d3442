import { OrderMessage, type Money, type Uuid } from '#kernel';
import type { CancellationCode, OrderStatus } from '#contracts/ordering';
import type { StockLine } from '#contracts/inventory';
import type { Payment } from '../confirm-order/confirm-order';

/**
 * The checkout asks its own context to confirm the order, because the money and the goods are there. The answer is
 * OrderConfirmed. If a cancellation came first, the answer is the message of the cancellation.
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

/** The checkout asks its own context to record that money of a closed order was given back. */
export class RecordReversal extends OrderMessage<{
  readonly orderId: Uuid;
  readonly amount: Money;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'ordering.record-reversal.v1';
}

/**
 * A timer: RESERVATION_TTL_SECONDS have passed since the order was placed. The saga decides whether the checkout gives
 * up.
 */
export class CheckoutOverdue extends OrderMessage<{ readonly orderId: Uuid }> {
  static readonly type = 'ordering.checkout-overdue.v1';
}

/**
 * A timer: if the saga still waits for an answer, it sends its request again. Every receiver recognises a repeated
 * request.
 */
export class CheckoutWaits extends OrderMessage<{ readonly orderId: Uuid; readonly asked: number }> {
  static readonly type = 'ordering.checkout-waits.v1';
}

/**
 * Staff want the checkout to send the requests of its current step again. `by` is the id of a user, or the name of an
 * operator.
 */
export class RetryCheckout extends OrderMessage<{
  readonly orderId: Uuid;
  readonly by: string;
  readonly reason: string | null;
}> {
  static readonly type = 'ordering.retry-checkout.v1';
}

/**
 * Staff have asked the checkout to give everything back. The checkout only writes this request into its journal,
 * because the order's stream decides. The checkout gives everything back when it gets OrderCancellationRequested.
 */
export class CompensationRequested extends OrderMessage<{
  readonly orderId: Uuid;
  readonly by: string;
  readonly reason: string | null;
}> {
  static readonly type = 'ordering.wind-back-asked.v1';
}

/** Who asked for a comparison, and why. Both fields are absent if the application started the comparison. */
export interface ComparisonAsked {
  /** The id of a user, or the name of an operator. */
  readonly by?: string;
  readonly reason?: string | null;
}

/**
 * Ordering sends this message to itself when perhaps an order and its sagas disagree: an event was declared void, or a
 * message was lost. The handler of the message compares the sagas with the order's stream.
 */
export class ReviewOrder extends OrderMessage<{ readonly orderId: Uuid } & ComparisonAsked> {
  static readonly type = 'ordering.review-order.v1';
}

/** The state of the order according to its stream. The checkout compares this state with its own. */
export class CompareCheckout extends OrderMessage<
  {
    readonly orderId: Uuid;
    readonly status: OrderStatus;
    /** Whether the stream has a confirmation that counts. */
    readonly wasConfirmed: boolean;
    /** Who asked to cancel the pending order. Null if nobody did. */
    readonly unwantedBy: 'customer' | 'staff' | null;
    /** Whether staff still have to make the order, or are making it. */
    readonly inHand: boolean;
    readonly lines: readonly StockLine[];
    readonly total: Money;
    readonly method: 'card' | 'cash';
    /** Where the goods of an ended order go. Absent while the goods are meant for the customer. */
    readonly goods?: 'shelf' | 'waste';
    /** The step of the checkout shortly before the order was read. Absent in older messages. */
    readonly step?: string;
  } & ComparisonAsked
> {
  static readonly type = 'ordering.compare-checkout.v1';
}
