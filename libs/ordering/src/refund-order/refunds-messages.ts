import { OrderMessage, type Money, type Uuid } from '#kernel';
import type { ComparisonAsked } from '../checkout/checkout-messages';

/** Asks the order to record that the money is on its way back. The answer is OrderRefunded. */
export class RecordRefund extends OrderMessage<{
  readonly orderId: Uuid;
  readonly refundId: Uuid;
  readonly amount: Money;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'ordering.record-refund.v1';
}

/** Asks the order to record that the money did not go back. The answer is OrderRefundFailed. */
export class RecordRefundFailure extends OrderMessage<{
  readonly orderId: Uuid;
  readonly refundId: Uuid;
  readonly reason: string;
  /** The refused amount. Messages of older builds have no amount. */
  readonly amount?: Money;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'ordering.record-refund-failure.v1';
}

/** A timer. If the saga still waits for an answer about this refund, the saga sends its request again. */
export class RefundWaits extends OrderMessage<{ readonly orderId: Uuid; readonly refundId: Uuid }> {
  static readonly type = 'ordering.refund-waits.v1';
}

/** Staff ask for open refunds to be requested again. `by` is the id of a user, or the name of an operator. */
export class RetryRefunds extends OrderMessage<{
  readonly orderId: Uuid;
  readonly by: string;
  readonly reason: string | null;
  /**
   * The owed amount according to the order's stream, and the version of the stream at that time. Messages of older
   * builds lack both.
   */
  readonly owed?: Money;
  readonly version?: number;
}> {
  static readonly type = 'ordering.retry-refunds.v1';
}

/**
 * Asks the order to request the owed money again, because a provider refused it. The answer is OrderRefundRequested
 * with another id, and with the amount that is owed at that time. `refundId` is the last refused refund that the saga
 * knows, and `amount` is the owed amount that it knows.
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

/**
 * The state of the order's refunds according to its stream. The saga compares this state with the results that it got
 * from payments.
 */
export class CompareRefunds extends OrderMessage<
  {
    readonly orderId: Uuid;
    /**
     * Whether the order counts as paid. If it does not, either all its money goes back, or the order is confirmed
     * first.
     */
    readonly confirmed: boolean;
    readonly refunds: readonly {
      readonly refundId: Uuid;
      readonly amount: Money;
      readonly state: 'requested' | 'refunded' | 'failed';
      /** Messages of older builds have no reason. */
      readonly reason?: string;
    }[];
    /** The owed amount according to the stream, and the version of the stream at that time. */
    readonly owed: Money;
    readonly version: number;
  } & ComparisonAsked
> {
  static readonly type = 'ordering.compare-refunds.v1';
}
