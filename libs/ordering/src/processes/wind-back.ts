import type { Sealed } from '#kernel';
import { cancelOrder } from '../cancel-order/cancel-order';
import type { Order, OrderEvent } from '../model/order';
import { OrderNotFound } from '../model/order-errors';
import { ProcessOver, WindingBackAlready } from './process-errors';

/**
 * Staff want a checkout wound back. It is the order's stream that is asked, not the process: there the wish and a
 * confirmation meet, and the first one counts. What is past that point is cancelled or refunded as an order.
 */
export function windBack(order: Order, reason: Sealed | null): readonly OrderEvent[] {
  if (order.status === 'unplaced') throw new OrderNotFound();
  if (order.status !== 'pending') throw new ProcessOver(order.status);
  if (order.cancellationRequested) throw new WindingBackAlready('unwanted');
  return cancelOrder(order, { by: 'staff', reason, refundId: '' });
}
