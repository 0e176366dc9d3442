import { moneyIsOpen, type Order } from '../model/order';

/** Somebody still waits for this order, or for money of it: whoever ordered cannot be forgotten yet. */
export function isStillOpen(order: Order): boolean {
  switch (order.status) {
    case 'unplaced':
      return false;
    case 'pending':
      return true;
    case 'confirmed':
    case 'accepted':
    case 'preparing':
    case 'ready':
      return !order.ended || moneyIsOpen(order);
    case 'completed':
    case 'cancelled':
    case 'refunded':
      return moneyIsOpen(order);
  }
}
