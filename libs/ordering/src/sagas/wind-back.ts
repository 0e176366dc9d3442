import type { Sealed } from '#kernel';
import { cancelOrder } from '../cancel-order/cancel-order';
import type { Order, OrderEvent } from '../model/order';
import { OrderNotFound } from '../model/order-errors';
import { SagaOver, WindingBackAlready } from './saga-errors';

/**
 * Staff want to wind a checkout back. The request goes to the order's stream, not to the saga. In the stream it meets
 * the confirmation, and the first of the two counts. An order that is confirmed already must be cancelled or refunded.
 */
export function windBack(order: Order, reason: Sealed | null): readonly OrderEvent[] {
  if (order.status === 'unplaced') throw new OrderNotFound();
  if (order.status !== 'pending') throw new SagaOver(order.status);
  if (order.cancellationRequested) throw new WindingBackAlready('unwanted');
  return cancelOrder(order, { by: 'staff', reason, refundId: '' });
}
