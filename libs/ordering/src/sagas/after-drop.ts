import { isUuid } from '#kernel';
import { CompareCheckout, ReviewOrder } from '../checkout/checkout-messages';
import { CompareRefunds } from '../refund-order/refunds-messages';

/** Whether orders are compared with their sagas, because these messages were sent after a drop. */
export const comparesOrders = (sent: readonly string[]): boolean => sent.includes(ReviewOrder.type);

const comparisons: readonly string[] = [CompareCheckout.type, CompareRefunds.type];

/**
 * A message that a saga, or the order, should have handled was dropped. So the order is compared with its sagas. A
 * comparison that always fails must be possible to drop, so it is not repeated.
 */
export const compareAfterDrop = ({
  type,
  key: orderId,
}: {
  readonly type: string;
  readonly key: string;
}): readonly ReviewOrder[] => (comparisons.includes(type) || !isUuid(orderId) ? [] : [new ReviewOrder({ orderId })]);
