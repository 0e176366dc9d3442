import { derivedId, type Money, type Sealed, type Uuid } from '#kernel';
import {
  hasEnded,
  isUntouched,
  hasOpenMoney,
  owedAmount,
  refundableAmount,
  type Order,
  type OrderEvent,
  type OrderWithMoney,
  type Refund,
} from '../model/order';
import {
  NothingOwed,
  NothingToRefund,
  NothingToRestock,
  OrderNotFound,
  RefundTooLarge,
  RestockNeedsAllMoney,
} from '../model/order-errors';

export interface RefundRequest {
  readonly refundId: Uuid;
  /** Without an amount, all money that can still be refunded is refunded. */
  readonly amount?: Money | undefined;
  readonly reason: string | Sealed;
  /**
   * Whether the refund ends the order. Default: true if nothing was made yet and the shop keeps none of the paid money.
   */
  readonly end?: boolean | undefined;
  /** Whether the goods go back on the shelf. For an order that ends, the default is yes if nothing was made yet. */
  readonly restock?: boolean | undefined;
}

/**
 * Staff give money back: at most the paid money, minus the money that has gone back or is on its way back. Money that
 * is owed after a refused refund is paid first. The refund can end the order. Then nothing more is made, and the goods
 * go back on the shelf or are waste.
 */
export function refundOrder(order: Order, request: RefundRequest): readonly OrderEvent[] {
  const { refundId, reason } = request;
  if (order.status === 'unplaced') throw new OrderNotFound();
  if (order.status === 'pending') throw new NothingToRefund();
  if (order.refunds.some((refund) => refund.refundId === refundId)) return []; // the same request again
  const refundable = refundableAmount(order);
  if (refundable.amount === 0) throw new NothingToRefund();
  const amount = request.amount ?? refundable;
  if (amount.amount > refundable.amount) throw new RefundTooLarge(refundable);
  const end = decideEnd(order, amount, request.end);
  const restock = decideRestock(order, end, request.restock);
  if (restock && !end && amount.amount < refundable.amount) throw new RestockNeedsAllMoney(refundable);
  return [
    { type: 'RefundRequested', data: { refundId, amount, reason, end, ...(restock !== undefined && { restock }) } },
  ];
}

/** A refund cannot end an order that was handed over or cancelled before. */
function decideEnd(order: OrderWithMoney, amount: Money, requested: boolean | undefined): boolean {
  if (order.status === 'completed' || order.status === 'cancelled' || order.status === 'refunded') return false;
  if (hasEnded(order)) return false;
  const owedAfter = Math.max(0, owedAmount(order).amount - amount.amount);
  const kept = refundableAmount(order).amount - amount.amount - owedAfter;
  return requested ?? (isUntouched(order) && kept === 0);
}

/**
 * True: the goods go back on the shelf. False: they are waste. Undefined: the refund does not change where the goods
 * are. Whether the goods go back is decided only once for an order.
 */
function decideRestock(order: OrderWithMoney, end: boolean, requested: boolean | undefined): boolean | undefined {
  if (end) return requested ?? isUntouched(order);
  if (!requested) return undefined;
  if (order.status !== 'completed' || order.goods) throw new NothingToRestock();
  return true;
}

/**
 * Requests all owed money once more, as one refund. Money that has meanwhile gone back with another refund is no longer
 * owed, so the amount can be smaller than the refused amount. Returns nothing if no money is owed.
 */
export function refundAgain(order: Order, reason: string): readonly OrderEvent[] {
  if (!('refunds' in order)) return [];
  const amount = owedAmount(order);
  const refused = findNotRequestedAgain(order.refunds);
  if (amount.amount === 0 || !refused) return [];
  const { end } = refused; // the first request decided whether the order continues
  const refundId = repeatIdOf(refused);
  return [{ type: 'RefundRequested', data: { refundId, amount, reason, ...(end !== undefined && { end }) } }];
}

const repeatIdOf = ({ refundId }: Refund): Uuid => derivedId(refundId, 'again');

/** The newest refused refund that was not requested again. */
function findNotRequestedAgain(refunds: readonly Refund[]): Refund | undefined {
  const knownIds = new Set(refunds.map(({ refundId }) => refundId));
  return refunds.findLast((refund) => refund.state === 'failed' && !knownIds.has(repeatIdOf(refund)));
}

/**
 * The owed amount that a retry requests again. The amount is zero if refunds only wait for a result: then the saga
 * repeats its own requests. Throws NothingOwed if no money is owed and no refund waits for a result.
 */
export function amountToRetry(order: Order): Money {
  if (!('refunds' in order) || !hasOpenMoney(order)) throw new NothingOwed();
  return owedAmount(order);
}

const findRefund = (order: Order, refundId: Uuid) =>
  'refunds' in order ? order.refunds.find((refund) => refund.refundId === refundId) : undefined;

/** The first request of the refund was declared void. A new request is needed, so that the result can be recorded. */
const requestAgain = (refundId: Uuid, amount: Money): OrderEvent => ({
  type: 'RefundRequested',
  data: { refundId, amount, reason: 'noted again: its request was declared void' },
});

/** Whether the order has the result of the refund: the money went back, or the provider refused. */
export function isResultRecorded(order: Order, refundId: Uuid): boolean {
  const refund = findRefund(order, refundId);
  return refund !== undefined && refund.state !== 'requested';
}

/** The provider gave the money back. A repeated message counts once. */
export function recordRefund(order: Order, refundId: Uuid, given?: Money): readonly OrderEvent[] {
  const refund = findRefund(order, refundId);
  if (refund && refund.state !== 'requested') return [];
  const amount = refund?.amount ?? given;
  if (!amount) return [];
  const done: OrderEvent = { type: 'OrderRefunded', data: { refundId, amount } };
  if (refund) return [done];
  if (!('refunds' in order) || amount.amount > refundableAmount(order).amount) return [];
  return [requestAgain(refundId, amount), done];
}

/** The provider refused. The amount can be requested again. */
export function recordRefundFailure(
  order: Order,
  refundId: Uuid,
  reason: string,
  refused?: Money,
): readonly OrderEvent[] {
  const refund = findRefund(order, refundId);
  if (refund && refund.state !== 'requested') return [];
  const amount = refund?.amount ?? refused;
  if (!amount || !('refunds' in order) || !order.confirmation) return [];
  const failed: OrderEvent = { type: 'RefundFailed', data: { refundId, amount, reason } };
  return refund ? [failed] : [requestAgain(refundId, amount), failed];
}
