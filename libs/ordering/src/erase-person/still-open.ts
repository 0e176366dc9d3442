import { isInTheShop, hasOpenMoney, type Order } from '../model/order';

/** True if the customer still waits for this order or for money of the order. Then the person cannot be erased yet. */
export function isStillOpen(order: Order): boolean {
  if (order.status === 'unplaced') return false;
  if (order.status === 'pending') return true;
  return (isInTheShop(order) && !order.ended) || hasOpenMoney(order);
}
