import { derivedId, type Money, type Sealed, type Uuid } from '#kernel';
import { moneyIsOpen, owed, refundable, type Order, type OrderEvent, type Refund } from '../model/order';
import { NothingOwed, NothingToRefund, OrderNotFound, RefundTooLarge } from '../model/order-errors';

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

/**
 * What is still owed is asked for once more, as one refund. What was given back another way meanwhile is owed no more, so
 * that there may be less to ask for than was refused, or nothing.
 */
export function refundAgain(order: Order, reason: string): readonly OrderEvent[] {
  if (!('refunds' in order)) return [];
  const amount = owed(order);
  const refundId = idOfNext(order.refunds);
  if (amount.amount === 0 || refundId === undefined) return [];
  return [{ type: 'RefundRequested', data: { refundId, amount, reason } }];
}

/** Follows from the refused refund that nobody has followed up; the newest where there are several. */
function idOfNext(refunds: readonly Refund[]): Uuid | undefined {
  const known = new Set(refunds.map(({ refundId }) => refundId));
  return refunds
    .filter(({ state }) => state === 'failed')
    .map(({ refundId }) => derivedId(refundId, 'again'))
    .findLast((refundId) => !known.has(refundId));
}

/** What a retry would ask for; what is on its way is asked about again. Throws where nothing of either kind is left. */
export function stillOwed(order: Order): Money {
  if (!('refunds' in order) || !moneyIsOpen(order)) throw new NothingOwed();
  return owed(order);
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
