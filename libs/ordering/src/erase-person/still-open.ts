import { isInTheShop, hasOpenMoney, type Order } from '../model/order';

/** The customer still waits for this order or for its money, so the person cannot be erased yet. */
export function isStillOpen(order: Order): boolean {
  if (order.status === 'unplaced') return false;
  if (order.status === 'pending') return true;
  return (isInTheShop(order) && !order.ended) || hasOpenMoney(order);
}
