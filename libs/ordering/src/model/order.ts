import {
  IdShape,
  minus,
  nothing,
  plus,
  sum,
  vnd,
  type Fact,
  type Reducer,
  type Money,
  type Sealed,
  type Uuid,
} from '#kernel';
import { cancellationCodes, type OrderStatus } from '#contracts/ordering';
import { z } from 'zod';
import { Count, MoneyInFact, NoData, SealedInFact, TextInFact, type DataOf } from './fact-shapes';
import { PaymentMethods, OrderPlacedShape, type PlacedOrder } from './placed-order';

const RefundPart = z.strictObject({ refundId: IdShape, amount: MoneyInFact });

/**
 * Every type of fact, with the shape of its data. The names are stored with the events, so a name must never be removed
 * or changed.
 */
export const orderFacts = {
  OrderPlaced: OrderPlacedShape,

  /** The order is paid by card, or will be paid in cash. Inventory has taken the goods off the shelf. */
  OrderConfirmed: z.strictObject({
    paymentId: IdShape,
    method: PaymentMethods,
    provider: TextInFact,
    chargeId: z.string().nullable(),
    /** The money that the shop has already received: the total for a card, nothing for cash. */
    paid: MoneyInFact,
  }),

  OrderAccepted: NoData,
  PreparationStarted: NoData,
  OrderReadied: NoData,

  /** The order was handed over. `collected` is the cash taken at that moment. */
  OrderCompleted: z.strictObject({ collected: MoneyInFact }),

  /** Staff put the order on hold. Nobody works on it until it is resumed. */
  OrderHeld: z.strictObject({
    /** The reason that staff typed. Null if the key for the order's personal values was lost. */
    reason: SealedInFact.nullable(),
  }),
  /** The order returns to its status before the hold. */
  OrderResumed: NoData,

  /** A customer or staff want to cancel a pending order. The checkout first gives back what it has taken. */
  CancellationRequested: z.strictObject({ by: z.enum(['customer', 'staff']), reason: SealedInFact.nullable() }),

  OrderCancelled: z.strictObject({
    code: z.enum(cancellationCodes),
    /** The text for the customer, in the language of the order. */
    message: TextInFact,
    reason: SealedInFact.nullable(),
    by: z.enum(['customer', 'staff', 'shop']),
    /** The paid money for which no refund was made or requested. If it is not zero, a RefundRequested follows. */
    refundDue: MoneyInFact,
    /**
     * Whether the goods go back on the shelf. Otherwise they are waste. Absent if no goods had left the shelf, and in
     * facts of earlier builds.
     */
    restock: z.boolean().optional(),
  }),

  RefundRequested: RefundPart.extend({
    /** A text that the application wrote, or the sealed text that staff typed. */
    reason: z.union([TextInFact, SealedInFact]),
    /**
     * Whether this refund ends the order. If it is absent (in older facts), the order ends when all its money has gone
     * back.
     */
    end: z.boolean().optional(),
    /** Whether the goods go back on the shelf or are waste. Absent if they stay with the order or the customer. */
    restock: z.boolean().optional(),
  }),

  OrderRefunded: RefundPart,
  RefundFailed: RefundPart.extend({ reason: TextInFact }),

  /**
   * A provider took money for the order, but the money did not count as the order's payment and was given back.
   * `reversalId` is the id of the payment, or of the finding that staff see.
   */
  PaymentReversed: z.strictObject({ reversalId: IdShape, amount: MoneyInFact }),

  /** An operator declared an earlier event of the stream void. That event no longer counts. */
  EventVoided: z.strictObject({ version: Count, reason: TextInFact.min(1) }),
};

export type OrderEventType = keyof typeof orderFacts;
export const orderEventTypes = Object.keys(orderFacts) as readonly OrderEventType[];

type FactOf<Type extends OrderEventType> = Fact<Type, DataOf<(typeof orderFacts)[Type]>>;
export type OrderEvent = { readonly [Type in OrderEventType]: FactOf<Type> }[OrderEventType];

export type OrderConfirmed = FactOf<'OrderConfirmed'>;
export type CancellationRequested = FactOf<'CancellationRequested'>;
export type OrderCancelled = FactOf<'OrderCancelled'>;
export type PaymentReversed = FactOf<'PaymentReversed'>;
type RefundRequested = FactOf<'RefundRequested'>;
type OrderRefunded = FactOf<'OrderRefunded'>;
type RefundFailed = FactOf<'RefundFailed'>;

export interface Refund {
  readonly refundId: Uuid;
  readonly amount: Money;
  readonly reason: string | Sealed;
  readonly state: 'requested' | 'refunded' | 'failed';
  readonly end?: boolean;
}

/** The money of an order: what was paid, what was refunded, and what is owed to the customer. */
export interface OrderMoney extends WithReversals {
  readonly paid: Money;
  readonly refunds: readonly Refund[];
  /** Refunds that the provider refused and that nobody has requested again. Absent means zero. */
  readonly owed?: Money;
  /** Where the goods of an ended order went. Absent means that the customer has the goods, or will get them. */
  readonly goods?: 'shelf' | 'waste';
}

/** Money that was taken and given back, and did not count as the order's payment. Absent if there is no such money. */
interface WithReversals {
  readonly reversals?: readonly PaymentReversed['data'][];
}

export interface PendingOrder extends WithReversals {
  readonly status: 'pending';
  readonly placed: PlacedOrder;
  readonly cancellationRequested: CancellationRequested['data'] | null;
}
interface ConfirmedOrderNotOnHold extends OrderMoney {
  readonly status: 'confirmed' | 'accepted' | 'preparing' | 'ready' | 'completed';
  readonly placed: PlacedOrder;
  readonly confirmation: OrderConfirmed['data'];
  /**
   * True if a refund ended the order: the shop does not continue to make it. The status becomes `refunded` when no
   * money is owed or on its way back.
   */
  readonly ended?: true;
}
interface OrderOnHold extends OrderMoney {
  readonly status: 'on-hold';
  readonly placed: PlacedOrder;
  readonly confirmation: OrderConfirmed['data'];
  readonly hold: {
    readonly reason: Sealed | null;
    /** The status to which the order returns. */
    readonly from: 'confirmed' | 'accepted';
  };
  readonly ended?: true;
}
/** An order that was confirmed, and not cancelled or refunded later. */
export type ConfirmedOrder = ConfirmedOrderNotOnHold | OrderOnHold;
export interface CancelledOrder extends OrderMoney {
  readonly status: 'cancelled';
  readonly placed: PlacedOrder;
  readonly confirmation: OrderConfirmed['data'] | null;
  readonly cancellation: Omit<OrderCancelled['data'], 'refundDue' | 'restock'>;
}
export interface RefundedOrder extends OrderMoney {
  readonly status: 'refunded';
  readonly placed: PlacedOrder;
  readonly confirmation: OrderConfirmed['data'];
  readonly ended?: true;
}

export type PlacedState = PendingOrder | ConfirmedOrder | CancelledOrder | RefundedOrder;
export type Order = { readonly status: 'unplaced' } | PlacedState;

export const totalRefunded = (money: OrderMoney): Money =>
  sum(money.refunds.filter((refund) => refund.state === 'refunded').map((refund) => refund.amount));

/** The money that can still be refunded: the paid money, minus the refunds that were made or are on their way. */
export const refundableAmount = (money: OrderMoney): Money =>
  minus(money.paid, sum(money.refunds.filter((refund) => refund.state !== 'failed').map((refund) => refund.amount)));

/** The money of refunds that the provider refused and that nobody has requested again. */
export const owedAmount = (money: OrderMoney): Money => money.owed ?? nothing;

/** True if the baristas have not started the order. Then its goods can still be sold to another customer. */
export const isUntouched = ({ status }: Order): boolean =>
  status === 'confirmed' || status === 'accepted' || status === 'on-hold';

export const hasEnded = (order: Order): boolean => 'ended' in order && order.ended === true;

/** True if the customer still waits for money of this order: a refund is on its way, or money is owed. */
export const hasOpenMoney = (money: OrderMoney): boolean =>
  owedAmount(money).amount > 0 || money.refunds.some(({ state }) => state === 'requested');

/** An order that is no longer pending. Perhaps it was cancelled without a confirmation. */
export type OrderWithMoney = ConfirmedOrder | CancelledOrder | RefundedOrder;

function withOwed({ owed: _, ...order }: OrderWithMoney, amount: number, refunds: readonly Refund[]): OrderWithMoney {
  return amount > 0 ? { ...order, refunds, owed: vnd(amount) } : { ...order, refunds };
}

/** The total of the money that was taken and given back, and did not count as the order's payment. */
export const reversedTotal = ({ reversals = [] }: WithReversals): Money => sum(reversals.map(({ amount }) => amount));

const reversalsOf = ({ reversals }: WithReversals): WithReversals => (reversals ? { reversals } : {});

function withReversal<State extends PlacedState>(order: State, reversal: PaymentReversed['data']): State {
  const { reversals = [] } = order;
  if (reversals.some(({ reversalId }) => reversalId === reversal.reversalId)) return order;
  return { ...order, reversals: [...reversals, reversal] };
}

const refundsWithState = (money: OrderMoney, refundId: Uuid, state: Refund['state']): readonly Refund[] =>
  money.refunds.map((refund) => (refund.refundId === refundId ? { ...refund, state } : refund));

/** A new refund first gives back the owed money, so its amount is subtracted from the owed amount. */
function applyRefundRequest(order: OrderWithMoney, { restock, ...refund }: RefundRequested['data']): OrderWithMoney {
  const refunds = [...order.refunds, { ...refund, state: 'requested' as const }];
  const after = {
    ...withOwed(order, owedAmount(order).amount - refund.amount.amount, refunds),
    ...goodsAfter(restock),
  };
  return refund.end && isInTheShop(after) ? { ...after, ended: true } : after;
}

/** True if the order is paid, or will be paid in cash, and is not handed over yet. */
export const isInTheShop = (order: Order): order is ConfirmedOrder =>
  'confirmation' in order &&
  order.status !== 'completed' &&
  order.status !== 'cancelled' &&
  order.status !== 'refunded';

const goodsAfter = (restock: boolean | undefined): Pick<OrderMoney, 'goods'> =>
  restock === undefined ? {} : { goods: restock ? 'shelf' : 'waste' };

/** The provider refused the refund, so its amount is owed from now on. */
function applyRefundFailure(order: Order, { refundId }: RefundFailed['data']): Order {
  if (!('refunds' in order)) return order;
  const refund = order.refunds.find((one) => one.refundId === refundId);
  if (refund?.state !== 'requested') return order;
  const refunds = refundsWithState(order, refundId, 'failed');
  // Money that was given back by another refund is not owed. This can happen only if an earlier RefundFailed of this
  // refund was declared void.
  const left = refundableAmount({ ...order, refunds }).amount;
  return withOwed(order, Math.min(owedAmount(order).amount + refund.amount.amount, left), refunds);
}

const isOnHold = (order: Order): order is OrderOnHold => order.status === 'on-hold';

/** A step of the baristas also ends a hold, because perhaps the OrderResumed before the step was declared void. */
const moveTo = (order: Order, status: ConfirmedOrderNotOnHold['status']): Order =>
  'confirmation' in order && order.status !== 'cancelled' && order.status !== 'refunded' && !order.ended
    ? { ...withoutHold(order), status }
    : order;

const applyHold = (order: Order, { reason }: FactOf<'OrderHeld'>['data']): Order =>
  (order.status === 'confirmed' || order.status === 'accepted') && !order.ended
    ? { ...order, status: 'on-hold', hold: { reason, from: order.status } }
    : order;

/** The order without its hold. */
function withoutHold(order: ConfirmedOrder): ConfirmedOrderNotOnHold {
  if (!isOnHold(order)) return order;
  const { hold, ...before } = order;
  return { ...before, status: hold.from };
}

function applyCancellation(
  order: Order,
  { refundDue: _, restock = true, ...cancellation }: OrderCancelled['data'],
): Order {
  switch (order.status) {
    case 'unplaced':
    case 'cancelled':
    case 'refunded':
      return order;
    case 'pending':
      return {
        status: 'cancelled',
        placed: order.placed,
        confirmation: null,
        cancellation,
        paid: nothing,
        refunds: [],
        ...reversalsOf(order),
      };
    default: {
      const { ended: _ended, ...before } = withoutHold(order);
      return { ...before, status: 'cancelled', cancellation, ...goodsAfter(restock) };
    }
  }
}

function applyRefund(order: Order, { refundId }: OrderRefunded['data']): Order {
  if (!('refunds' in order)) return order;
  const after = { ...order, refunds: refundsWithState(order, refundId, 'refunded') };
  if (after.status === 'cancelled' || after.status === 'refunded') return after;
  if (after.ended) return hasOpenMoney(after) ? after : { ...withoutHold(after), status: 'refunded' };
  const isAllRefunded = totalRefunded(after).amount === after.paid.amount;
  const end = after.refunds.find((refund) => refund.refundId === refundId)?.end;
  const continues = end === false && after.status !== 'completed'; // the order is a gift, and the shop still makes it
  return isAllRefunded && !continues ? { ...withoutHold(after), status: 'refunded' } : after;
}

/** Returns the order after a fact. A cancelled order stays cancelled after its money has gone back. */
function evolve(order: Order, event: OrderEvent): Order {
  switch (event.type) {
    case 'OrderPlaced':
      return { status: 'pending', placed: event.data, cancellationRequested: null };
    case 'OrderConfirmed':
      if (order.status !== 'pending') return order;
      return {
        status: 'confirmed',
        placed: order.placed,
        confirmation: event.data,
        paid: event.data.paid,
        refunds: [],
        ...reversalsOf(order),
      };
    case 'OrderAccepted':
      return moveTo(order, 'accepted');
    case 'OrderHeld':
      return applyHold(order, event.data);
    case 'OrderResumed':
      return isOnHold(order) && !order.ended ? withoutHold(order) : order;
    case 'PreparationStarted':
      return moveTo(order, 'preparing');
    case 'OrderReadied':
      return moveTo(order, 'ready');
    case 'OrderCompleted':
      return 'paid' in order ? moveTo({ ...order, paid: plus(order.paid, event.data.collected) }, 'completed') : order;
    case 'CancellationRequested':
      return order.status === 'pending' ? { ...order, cancellationRequested: event.data } : order;
    case 'OrderCancelled':
      return applyCancellation(order, event.data);
    case 'RefundRequested':
      // If the confirmation was declared void, the order does not count as paid, and the whole payment is given back.
      return 'refunds' in order && order.confirmation ? applyRefundRequest(order, event.data) : order;
    case 'OrderRefunded':
      return applyRefund(order, event.data);
    case 'RefundFailed':
      return applyRefundFailure(order, event.data);
    case 'PaymentReversed':
      return order.status === 'unplaced' ? order : withReversal(order, event.data);
    default: // void events are left out before the fold
      return order;
  }
}

/**
 * Folds the facts of an order to its state. `evolve` never throws, so that the state at any version of any stream can
 * be shown.
 */
export const orderReducer: Reducer<Order, OrderEvent> = { initial: { status: 'unplaced' }, evolve };

export const statusOf = (order: PlacedState): OrderStatus => order.status;
