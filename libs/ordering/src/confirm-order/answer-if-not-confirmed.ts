import type { Message } from '#kernel';
import { OrderCancellationRequested } from '#contracts/ordering';
import { ReviewOrder } from '../checkout/checkout-messages';
import type { DatedOrder } from '../model/dated-order';

/**
 * The answer to a ConfirmOrder that confirmed nothing. Perhaps the checkout has lost an earlier message. If the pending
 * order has a cancellation request, the checkout gets the message of this request again. Otherwise the order was
 * confirmed or cancelled before. ReviewOrder then compares the checkout with the order.
 */
export function answerIfNotConfirmed({ id: orderId, version, order }: DatedOrder): Message {
  if (order.status !== 'pending' || !order.cancellationRequested) return new ReviewOrder({ orderId });
  const { by } = order.cancellationRequested;
  return new OrderCancellationRequested({ orderId, version, reason: null, by });
}
