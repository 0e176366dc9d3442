import { OrderMessage, type Money, type Uuid } from '#kernel';

/** Asks the order to note that the money is on its way back. Answered by OrderRefunded. */
export class RecordRefund extends OrderMessage<{
  readonly orderId: Uuid;
  readonly refundId: Uuid;
  readonly amount: Money;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'ordering.record-refund.v1';
}

/** Asks the order to note that the money did not go back. Answered by OrderRefundFailed. */
export class RecordRefundFailure extends OrderMessage<{
  readonly orderId: Uuid;
  readonly refundId: Uuid;
  readonly reason: string;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'ordering.record-refund-failure.v1';
}

/** A timer: still waiting for an answer about this refund? Then ask again. */
export class RefundWaits extends OrderMessage<{ readonly orderId: Uuid; readonly refundId: Uuid }> {
  static readonly type = 'ordering.refund-waits.v1';
}

/** An admin wants what is still open to be asked for again. `by` is who, by id. */
export class RetryRefunds extends OrderMessage<{
  readonly orderId: Uuid;
  readonly by: string;
  readonly reason: string | null;
  /** What the order's stream said was owed, at which of its versions; not said by builds that did not keep it there. */
  readonly owed?: Money;
  readonly version?: number;
}> {
  static readonly type = 'ordering.retry-refunds.v1';
}

/**
 * Asks the order to ask again for what is owed because a provider had refused it. Answered by OrderRefundRequested with
 * another id, and with the amount that is still owed then. `refundId` and `amount` are what the process knew.
 */
export class RefundAgain extends OrderMessage<{
  readonly orderId: Uuid;
  readonly refundId: Uuid;
  readonly amount: Money;
  readonly reason: string;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'ordering.refund-again.v1';
}
