import { derivedId, type Money, type Sealed, type Uuid } from '#kernel';
import {
  hasEnded,
  isUntouched,
  moneyIsOpen,
  owed,
  refundable,
  type Order,
  type OrderEvent,
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

export interface RefundOrder {
  readonly refundId: Uuid;
  /** All that is left, when not said. */
  readonly amount?: Money | undefined;
  readonly reason: string | Sealed;
  /** Whether the order is over. Not said: when nothing was made yet, and nothing is left to keep. */
  readonly end?: boolean | undefined;
  /** Whether the goods go back on the shelf. Not said, of an order that ends: as long as nothing was made of them. */
  readonly restock?: boolean | undefined;
}

/**
 * Staff give money back: never more than was paid, less what has gone back or is on its way. What is owed after a refusal
 * is paid first. With it the order may end: then nothing more is made of it, and its goods go back or are waste.
 */
export function refundOrder(order: Order, wish: RefundOrder): readonly OrderEvent[] {
  const { refundId, reason } = wish;
  if (order.status === 'unplaced') throw new OrderNotFound();
  if (order.status === 'pending') throw new NothingToRefund();
  if (order.refunds.some((refund) => refund.refundId === refundId)) return []; // asked twice
  const most = refundable(order);
  if (most.amount === 0) throw new NothingToRefund();
  const amount = wish.amount ?? most;
  if (amount.amount > most.amount) throw new RefundTooLarge(most);
  const end = ends(order, amount, wish.end);
  const restock = goods(order, end, wish.restock);
  if (restock && !end && amount.amount < most.amount) throw new RestockNeedsAllMoney(most);
  return [
    { type: 'RefundRequested', data: { refundId, amount, reason, end, ...(restock !== undefined && { restock }) } },
  ];
}

/** Only what is still in the shop can end: an order that was handed over or cancelled is over already. */
function ends(order: InTheTill, amount: Money, wished: boolean | undefined): boolean {
  if (order.status === 'completed' || order.status === 'cancelled' || order.status === 'refunded') return false;
  if (hasEnded(order)) return false;
  const owedAfter = Math.max(0, owed(order).amount - amount.amount);
  const kept = refundable(order).amount - amount.amount - owedAfter;
  return wished ?? (isUntouched(order) && kept === 0);
}

/** True: back on the shelf; false: waste; undefined: they are the customer's. They are decided on once. */
function goods(order: InTheTill, end: boolean, wished: boolean | undefined): boolean | undefined {
  if (end) return wished ?? isUntouched(order);
  if (!wished) return undefined;
  if (order.status !== 'completed' || order.goods) throw new NothingToRestock();
  return true;
}

type InTheTill = Exclude<Order, { readonly status: 'unplaced' | 'pending' }>;

/**
 * What is still owed is asked for once more, as one refund. What was given back another way meanwhile is owed no more, so
 * that there may be less to ask for than was refused, or nothing.
 */
export function refundAgain(order: Order, reason: string): readonly OrderEvent[] {
  if (!('refunds' in order)) return [];
  const amount = owed(order);
  const refused = notFollowedUp(order.refunds);
  if (amount.amount === 0 || !refused) return [];
  const { end } = refused; // whether the order goes on was decided the first time
  const refundId = idAfter(refused);
  return [{ type: 'RefundRequested', data: { refundId, amount, reason, ...(end !== undefined && { end }) } }];
}

const idAfter = ({ refundId }: Refund): Uuid => derivedId(refundId, 'again');

/** The refused refund that no other follows from; the newest where there are several. */
function notFollowedUp(refunds: readonly Refund[]): Refund | undefined {
  const known = new Set(refunds.map(({ refundId }) => refundId));
  return refunds.findLast((refund) => refund.state === 'failed' && !known.has(idAfter(refund)));
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
