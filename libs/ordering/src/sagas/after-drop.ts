import { isUuid } from '#kernel';
import { CompareCheckout, ReviewOrder } from '../checkout/checkout-messages';
import { CompareRefunds } from '../refund-order/refunds-messages';

/** Whether the messages that were sent after a drop start a comparison of an order with its sagas. */
export const startsComparison = (sent: readonly string[]): boolean => sent.includes(ReviewOrder.type);

const comparisons: readonly string[] = [CompareCheckout.type, CompareRefunds.type];

/**
 * A message that a saga, or the order, should have handled was dropped. So the order is compared with its sagas. If the
 * message was itself a comparison, no new comparison is sent. So an operator can drop a comparison that always fails.
 */
export const compareAfterDrop = ({
  type,
  key: orderId,
}: {
  readonly type: string;
  readonly key: string;
}): readonly ReviewOrder[] => (comparisons.includes(type) || !isUuid(orderId) ? [] : [new ReviewOrder({ orderId })]);
