import type { Message } from '#kernel';
import { OrderCancellationRequested } from '#contracts/ordering';
import { ReviewOrder } from '../checkout/checkout-messages';
import type { DatedOrder } from '../model/dated-order';

/**
 * The answer to a checkout that requests the confirmation again, although there is nothing to confirm. The checkout may
 * have lost the message of the cancellation or of the confirmation.
 */
export function confirmationAgain({ id: orderId, version, order }: DatedOrder): Message {
  if (order.status !== 'pending' || !order.cancellationRequested) return new ReviewOrder({ orderId });
  const { by } = order.cancellationRequested;
  return new OrderCancellationRequested({ orderId, version, reason: null, by });
}
