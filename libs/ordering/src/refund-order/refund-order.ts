import type { Money, Sealed, Uuid } from '#kernel';
import { refundable, type Order, type OrderEvent } from '../model/order';
import { NothingToRefund, OrderNotFound, RefundTooLarge } from '../model/order-errors';

export interface RefundOrder {
  readonly refundId: Uuid;
  /** All that is left, when not said. */
  readonly amount?: Money | undefined;
  readonly reason: string | Sealed;
}

/** Staff give money back: never more than was paid, less what has gone back or is on its way. */
export function refundOrder(order: Order, { refundId, amount, reason }: RefundOrder): readonly OrderEvent[] {
  if (order.status === 'unplaced') throw new OrderNotFound();
  if (order.status === 'pending') throw new NothingToRefund();
  if (order.refunds.some((refund) => refund.refundId === refundId)) return []; // asked twice
  const most = refundable(order);
  if (most.amount === 0) throw new NothingToRefund();
  const wanted = amount ?? most;
  if (wanted.amount > most.amount) throw new RefundTooLarge(most);
  return [{ type: 'RefundRequested', data: { refundId, amount: wanted, reason } }];
}

/** Wanted once more after a provider refused it; nothing where it has gone back another way meanwhile. */
export function refundAgain(order: Order, wish: RefundOrder & { readonly amount: Money }): readonly OrderEvent[] {
  if (!('refunds' in order) || refundable(order).amount < wish.amount.amount) return [];
  return refundOrder(order, wish);
}

const requested = (order: Order, refundId: Uuid) =>
  'refunds' in order
    ? order.refunds.find((refund) => refund.refundId === refundId && refund.state === 'requested')
    : undefined;

/** The provider gave it back. Heard twice, it counts once. */
export function recordRefund(order: Order, refundId: Uuid): readonly OrderEvent[] {
  const refund = requested(order, refundId);
  return refund ? [{ type: 'OrderRefunded', data: { refundId, amount: refund.amount } }] : [];
}

/** The provider would not; the amount can be asked for again. */
export function recordRefundFailure(order: Order, refundId: Uuid, reason: string): readonly OrderEvent[] {
  const refund = requested(order, refundId);
  return refund ? [{ type: 'RefundFailed', data: { refundId, amount: refund.amount, reason } }] : [];
}
