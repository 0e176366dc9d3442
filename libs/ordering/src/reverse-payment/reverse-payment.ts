import { derivedId, type Uuid } from '#kernel';
import type { Order, PaymentReversed } from '../model/order';

/** The id of an order's own payment. Its reversal has the same id. */
export const paymentIdOf = (orderId: Uuid): Uuid => derivedId(orderId, 'payment');

/** Money was taken for the order and given back, but it did not pay the order. Each reversal counts once. */
export function recordReversal(order: Order, reversal: PaymentReversed['data']): readonly PaymentReversed[] {
  if (order.status === 'unplaced' || reversal.amount.amount === 0) return [];
  const isKnown = order.reversals?.some(({ reversalId }) => reversalId === reversal.reversalId);
  return isKnown ? [] : [{ type: 'PaymentReversed', data: reversal }];
}
