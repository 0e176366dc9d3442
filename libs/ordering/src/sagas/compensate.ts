import type { Sealed } from '#kernel';
import { cancelOrder } from '../cancel-order/cancel-order';
import type { Order, OrderEvent } from '../model/order';
import { OrderNotFound } from '../model/order-errors';
import { SagaOver } from './saga-errors';

/**
 * Staff ask a checkout to give back what it has taken. The request is appended to the order's stream, not sent to the
 * saga. So if the order is confirmed at the same time, the event that comes first in the stream counts. An order that
 * is confirmed already must be cancelled or refunded. Returns nothing if the stream already has a cancellation request.
 * Perhaps the checkout has lost the message about that request.
 */
export function compensateOrder(order: Order, reason: Sealed | null): readonly OrderEvent[] {
  if (order.status === 'unplaced') throw new OrderNotFound();
  if (order.status !== 'pending') throw new SagaOver(order.status);
  return cancelOrder(order, { by: 'staff', reason, refundId: '' });
}
