import { minus, nothing, plus, sum, vnd, type Fact, type Life, type Money, type Sealed, type Uuid } from '#kernel';
import type { Portion } from '#contracts/cart';
import type { CancellationCode, OrderStatus } from '#contracts/ordering';

export type PaymentMethod = 'card' | 'cash';
export type FulfilmentType = 'pickup' | 'delivery';

export interface LineModifier {
  readonly optionId: Uuid;
  readonly group: string;
  readonly name: string;
  readonly quantity: number;
  readonly price: Money;
}

export interface OrderLine {
  readonly lineId: Uuid;
  readonly productId: Uuid;
  readonly variantId: Uuid;
  readonly sku: string;
  readonly name: string;
  readonly variantName: string;
  readonly quantity: number;
  /** One piece with its modifiers. */
  readonly unitPrice: Money;
  readonly lineTotal: Money;
  readonly modifiers: readonly LineModifier[];
  /** The portions of the cart that became this line; older orders do not tell. */
  readonly portions?: readonly Portion[];
  /** What one piece cost when the customer last saw it, where that is not what was charged and they did not agree. */
  readonly seenPrice?: Money;
}

export interface Contact {
  readonly name: Sealed;
  readonly phone: Sealed | null;
  readonly email: Sealed | null;
}

export interface PlacedOrder {
  /** What is called out at the counter. */
  readonly number: string;
  readonly customerId: Uuid | null;
  /** SHA-256 of the cart token that placed it: a guest's proof that the order is theirs. */
  readonly guestTokenHash: string | null;
  /** Whose key seals the personal values: the customer, or the order itself for a guest. */
  readonly subject: Uuid;
  readonly locale: 'vi' | 'en';
  readonly lines: readonly OrderLine[];
  readonly subtotal: Money;
  readonly deliveryFee: Money;
  readonly total: Money;
  readonly contact: Contact;
  readonly fulfilment: { readonly type: FulfilmentType; readonly address: Sealed | null };
  readonly payment: { readonly method: PaymentMethod; readonly token: Sealed | null; readonly provider: string | null };
  readonly note: Sealed | null;
  readonly cartId: Uuid;
  readonly cartVersion: number;
}

export type OrderPlaced = Fact<'OrderPlaced', PlacedOrder>;
/** Paid by card, or owed in cash; the goods are off the shelf. */
export type OrderConfirmed = Fact<
  'OrderConfirmed',
  {
    readonly paymentId: Uuid;
    readonly method: PaymentMethod;
    readonly provider: string;
    readonly chargeId: string | null;
    /** What the shop holds already: the total for a card, nothing for cash. */
    readonly paid: Money;
  }
>;
export type OrderAccepted = Fact<'OrderAccepted'>;
export type PreparationStarted = Fact<'PreparationStarted'>;
export type OrderReadied = Fact<'OrderReadied'>;
/** Handed over; `collected` is the cash taken at that moment. */
export type OrderCompleted = Fact<'OrderCompleted', { readonly collected: Money }>;
/** Somebody wants a pending order back; the checkout winds it back first. */
export type CancellationRequested = Fact<
  'CancellationRequested',
  { readonly by: 'customer' | 'staff'; readonly reason: Sealed | null }
>;
export type OrderCancelled = Fact<
  'OrderCancelled',
  {
    readonly code: CancellationCode;
    /** In the order's language, for the customer. */
    readonly message: string;
    readonly reason: Sealed | null;
    readonly by: 'customer' | 'staff' | 'shop';
    /** What was paid and is neither refunded nor asked back already; a RefundRequested follows when it is not zero. */
    readonly refundDue: Money;
    /** Whether the goods go back on the shelf; else they are waste. Not said where none had left it, or by earlier builds. */
    readonly restock?: boolean;
  }
>;
/** The reason is the shop's own, or the words of somebody of the staff, which are sealed. */
export type RefundRequested = Fact<
  'RefundRequested',
  {
    readonly refundId: Uuid;
    readonly amount: Money;
    readonly reason: string | Sealed;
    /** Whether the order is over with it; where that is not said, it was over once everything had gone back. */
    readonly end?: boolean;
    /** Whether the goods go back on the shelf, or are waste; not said where they stay with the order, or the customer. */
    readonly restock?: boolean;
  }
>;
export type OrderRefunded = Fact<'OrderRefunded', { readonly refundId: Uuid; readonly amount: Money }>;
export type RefundFailed = Fact<
  'RefundFailed',
  { readonly refundId: Uuid; readonly amount: Money; readonly reason: string }
>;

/**
 * Money that a provider had taken for the order, although the order was not paid with it, was given back. The id is the
 * payment's, or that of the finding which staff see.
 */
export type PaymentReversed = Fact<'PaymentReversed', { readonly reversalId: Uuid; readonly amount: Money }>;

export type OrderEvent =
  | OrderPlaced
  | OrderConfirmed
  | OrderAccepted
  | PreparationStarted
  | OrderReadied
  | OrderCompleted
  | CancellationRequested
  | OrderCancelled
  | RefundRequested
  | OrderRefunded
  | RefundFailed
  | PaymentReversed;

export interface Refund {
  readonly refundId: Uuid;
  readonly amount: Money;
  readonly reason: string | Sealed;
  readonly state: 'requested' | 'refunded' | 'failed';
  readonly end?: boolean;
}

/** What has been taken and given back so far. */
export interface Till extends Reversed {
  readonly paid: Money;
  readonly refunds: readonly Refund[];
  /** What was decided to be given back, was refused by the provider, and has not been asked for again. Absent: nothing. */
  readonly owed?: Money;
  /** What became of the goods of an order that is over. Absent: they are for the customer. */
  readonly goods?: 'shelf' | 'waste';
}

/** Taken and given back without the order having been paid with it; left out while there is none. */
interface Reversed {
  readonly reversals?: readonly PaymentReversed['data'][];
}

export interface PendingOrder extends Reversed {
  readonly status: 'pending';
  readonly placed: PlacedOrder;
  readonly cancellationRequested: CancellationRequested['data'] | null;
}
export interface OrderInHand extends Till {
  readonly status: 'confirmed' | 'accepted' | 'preparing' | 'ready' | 'completed';
  readonly placed: PlacedOrder;
  readonly confirmation: OrderConfirmed['data'];
  /** A refund ended it: nothing more is made of it. It is `refunded` as soon as no money is open. */
  readonly ended?: true;
}
export interface CancelledOrder extends Till {
  readonly status: 'cancelled';
  readonly placed: PlacedOrder;
  readonly confirmation: OrderConfirmed['data'] | null;
  readonly cancellation: Omit<OrderCancelled['data'], 'refundDue' | 'restock'>;
}
export interface RefundedOrder extends Till {
  readonly status: 'refunded';
  readonly placed: PlacedOrder;
  readonly confirmation: OrderConfirmed['data'];
  readonly ended?: true;
}

export type PlacedState = PendingOrder | OrderInHand | CancelledOrder | RefundedOrder;
export type Order = { readonly status: 'unplaced' } | PlacedState;

export const refunded = (till: Till): Money =>
  sum(till.refunds.filter((refund) => refund.state === 'refunded').map((refund) => refund.amount));

/** What could still be given back: paid, minus what was refunded and what is on its way. */
export const refundable = (till: Till): Money =>
  minus(till.paid, sum(till.refunds.filter((refund) => refund.state !== 'failed').map((refund) => refund.amount)));

/** What the customer should have back and nobody has asked the provider for (again). */
export const owed = (till: Till): Money => till.owed ?? nothing;

/** Nothing has been made of it, so that its goods can still be sold to somebody else. */
export const isUntouched = ({ status }: Order): boolean => status === 'confirmed' || status === 'accepted';

export const hasEnded = (order: Order): boolean => 'ended' in order && order.ended === true;

/** Somebody waits for money of this order: it is on its way, or it is owed. */
export const moneyIsOpen = (till: Till): boolean =>
  owed(till).amount > 0 || till.refunds.some(({ state }) => state === 'requested');

/** An order that money was taken for, or could have been. */
type Confirmed = OrderInHand | CancelledOrder | RefundedOrder;

function owing({ owed: _, ...order }: Confirmed, amount: number, refunds: readonly Refund[]): Confirmed {
  return amount > 0 ? { ...order, refunds, owed: vnd(amount) } : { ...order, refunds };
}

/** What was taken and given back without the order having been paid with it. */
export const reversedTotal = ({ reversals = [] }: Reversed): Money => sum(reversals.map(({ amount }) => amount));

const keptOf = ({ reversals }: Reversed): Reversed => (reversals ? { reversals } : {});

function reversed<State extends PlacedState>(order: State, reversal: PaymentReversed['data']): State {
  const { reversals = [] } = order;
  if (reversals.some(({ reversalId }) => reversalId === reversal.reversalId)) return order;
  return { ...order, reversals: [...reversals, reversal] };
}

const settle = (till: Till, refundId: Uuid, state: Refund['state']): readonly Refund[] =>
  till.refunds.map((refund) => (refund.refundId === refundId ? { ...refund, state } : refund));

/** A refund pays what is owed first; what it gives beyond that is a new decision. */
function asked(order: Confirmed, { restock, ...refund }: RefundRequested['data']): Confirmed {
  const refunds = [...order.refunds, { ...refund, state: 'requested' as const }];
  const after = { ...owing(order, owed(order).amount - refund.amount.amount, refunds), ...goodsAfter(restock) };
  return refund.end && isInTheShop(after) ? { ...after, ended: true } : after;
}

const isInTheShop = (order: Confirmed): order is OrderInHand =>
  order.status !== 'completed' && order.status !== 'cancelled' && order.status !== 'refunded';

const goodsAfter = (restock: boolean | undefined): Pick<Till, 'goods'> =>
  restock === undefined ? {} : { goods: restock ? 'shelf' : 'waste' };

/** What the provider refused is owed from then on. */
function failed(order: Order, { refundId }: RefundFailed['data']): Order {
  if (!('refunds' in order)) return order;
  const refund = order.refunds.find((one) => one.refundId === refundId);
  if (refund?.state !== 'requested') return order;
  return owing(order, owed(order).amount + refund.amount.amount, settle(order, refundId, 'failed'));
}

const moved = (order: Order, status: OrderInHand['status']): Order =>
  'confirmation' in order && order.status !== 'cancelled' && order.status !== 'refunded' && !order.ended
    ? { ...order, status }
    : order;

function cancelled(order: Order, { refundDue: _, restock = true, ...cancellation }: OrderCancelled['data']): Order {
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
        ...keptOf(order),
      };
    default: {
      const { ended: _ended, ...before } = order;
      return { ...before, status: 'cancelled', cancellation, ...goodsAfter(restock) };
    }
  }
}

function givenBack(order: Order, { refundId }: OrderRefunded['data']): Order {
  if (!('refunds' in order)) return order;
  const after = { ...order, refunds: settle(order, refundId, 'refunded') };
  if (after.status === 'cancelled' || after.status === 'refunded') return after;
  if (after.ended) return moneyIsOpen(after) ? after : { ...after, status: 'refunded' };
  const all = refunded(after).amount === after.paid.amount;
  const end = after.refunds.find((refund) => refund.refundId === refundId)?.end;
  const goesOn = end === false && after.status !== 'completed'; // a gift of the shop: it is made all the same
  return all && !goesOn ? { ...after, status: 'refunded' } : after;
}

/** What each fact makes of an order. A cancelled order stays cancelled when its money has gone back. */
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
        ...keptOf(order),
      };
    case 'OrderAccepted':
      return moved(order, 'accepted');
    case 'PreparationStarted':
      return moved(order, 'preparing');
    case 'OrderReadied':
      return moved(order, 'ready');
    case 'OrderCompleted':
      return 'paid' in order ? moved({ ...order, paid: plus(order.paid, event.data.collected) }, 'completed') : order;
    case 'CancellationRequested':
      return order.status === 'pending' ? { ...order, cancellationRequested: event.data } : order;
    case 'OrderCancelled':
      return cancelled(order, event.data);
    case 'RefundRequested':
      return 'refunds' in order ? asked(order, event.data) : order;
    case 'OrderRefunded':
      return givenBack(order, event.data);
    case 'RefundFailed':
      return failed(order, event.data);
    case 'PaymentReversed':
      return order.status === 'unplaced' ? order : reversed(order, event.data);
  }
}

/** An order's life as facts; evolve never throws, so that any prefix of any stream can be shown. */
export const orderLife: Life<Order, OrderEvent> = { initial: { status: 'unplaced' }, evolve };

/** The stored name of every fact; a name here is a promise to read it for ever. */
export const orderEventTypes = [
  'OrderPlaced',
  'OrderConfirmed',
  'OrderAccepted',
  'PreparationStarted',
  'OrderReadied',
  'OrderCompleted',
  'CancellationRequested',
  'OrderCancelled',
  'RefundRequested',
  'OrderRefunded',
  'RefundFailed',
  'PaymentReversed',
] as const satisfies readonly OrderEvent['type'][];

export const statusOf = (order: PlacedState): OrderStatus => order.status;
