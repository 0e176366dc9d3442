import type { Message } from '#kernel';
import { OrderCancellationRequested } from '#contracts/ordering';
import { ReviewOrder } from '../checkout/checkout-messages';
import type { DatedOrder } from '../model/dated-order';

/**
 * The answer to a ConfirmOrder that confirmed nothing. The checkout may have lost an earlier message. If a cancellation
 * of the pending order was requested, the checkout gets that message again. Otherwise the order was confirmed or
 * cancelled before, and ReviewOrder compares the checkout with the order.
 */
export function answerIfNotConfirmed({ id: orderId, version, order }: DatedOrder): Message {
  if (order.status !== 'pending' || !order.cancellationRequested) return new ReviewOrder({ orderId });
  const { by } = order.cancellationRequested;
  return new OrderCancellationRequested({ orderId, version, reason: null, by });
}
