import type { Sealed } from '#kernel';
import { hasEnded, type Order, type OrderEvent } from '../model/order';
import { CannotAdvance, OrderNotFound, OrderRefusal } from '../model/order-errors';

/** The refusal of a barista's step, because the order is on hold. */
export class OrderOnHold extends OrderRefusal {
  constructor() {
    super('ORDER_ON_HOLD', 'conflict');
  }
}

/** Staff put an order on hold before a barista starts it. If the request is repeated, the first reason stays. */
export function holdOrder(order: Order, reason: Sealed | null): readonly OrderEvent[] {
  if (order.status === 'unplaced') throw new OrderNotFound();
  if (hasEnded(order)) throw new CannotAdvance('refunded', 'hold', 'confirmed or accepted');
  switch (order.status) {
    case 'on-hold':
      return [];
    case 'confirmed':
    case 'accepted':
      return [{ type: 'OrderHeld', data: { reason } }];
    default:
      throw new CannotAdvance(order.status, 'hold', 'confirmed or accepted');
  }
}

/**
 * The order returns to its status before the hold. If the request is repeated before a barista starts the order, the
 * repeat does nothing.
 */
export function resumeOrder(order: Order): readonly OrderEvent[] {
  if (order.status === 'unplaced') throw new OrderNotFound();
  if (hasEnded(order)) throw new CannotAdvance('refunded', 'resume', 'on-hold');
  switch (order.status) {
    case 'on-hold':
      return [{ type: 'OrderResumed', data: {} }];
    case 'confirmed':
    case 'accepted':
      return [];
    default:
      throw new CannotAdvance(order.status, 'resume', 'on-hold');
  }
}
