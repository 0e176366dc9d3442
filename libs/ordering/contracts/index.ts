import { OrderMessage, type Money, type Sealed, type Uuid } from '#kernel';
import type { Portion, ReturnedOrder } from '#contracts/cart';

export type OrderStatus =
  'pending' | 'confirmed' | 'accepted' | 'preparing' | 'ready' | 'completed' | 'cancelled' | 'refunded';

export type CancellationCode =
  'OUT_OF_STOCK' | 'PAYMENT_DECLINED' | 'PAYMENT_UNRESOLVED' | 'CUSTOMER' | 'STAFF' | 'OVERDUE' | 'PAYMENT_UNAVAILABLE';

/** What is optional is missing from the messages of older builds. */
export interface OrderedLine {
  readonly lineId?: Uuid;
  readonly productId: Uuid;
  readonly variantId: Uuid;
  readonly sku: string;
  readonly name: string;
  readonly variantName?: string;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly lineTotal: Money;
  readonly modifiers?: readonly OrderedModifier[];
  /** The portions of the cart that became this line. */
  readonly portions?: readonly Portion[];
}

/** What one order may hold at most: more is a mistake, or a caterer who should call. */
export const orderCaps = { lines: 100, piecesOfOneSku: 1_000, total: 1_000_000_000 } as const;

export interface OrderedModifier {
  readonly optionId: Uuid;
  readonly group: string;
  readonly name: string;
  readonly quantity: number;
  readonly price: Money;
}

/** Who is told about the order. Every personal value is sealed with the order's subject key. */
export interface Recipient {
  readonly customerId: Uuid | null;
  /** Whose key seals the personal values: the customer, or the order itself for a guest. */
  readonly subject: Uuid;
  readonly name: Sealed;
  readonly email: Sealed | null;
  readonly phone: Sealed | null;
  readonly locale: 'vi' | 'en';
}

interface AboutOrder {
  readonly orderId: Uuid;
  readonly number: string;
  /** The order's event version this tells of. */
  readonly version: number;
  readonly at: string;
  readonly recipient: Recipient;
}

/** An order exists, as a pending stream. */
export class OrderPlaced extends OrderMessage<
  AboutOrder & {
    readonly userId: Uuid | null;
    readonly cartId: Uuid;
    readonly cartVersion: number;
    readonly items: readonly OrderedLine[];
    readonly subtotal: Money;
    readonly total: Money;
    readonly payment: { readonly method: 'card' | 'cash'; readonly token: Sealed | null };
  }
> {
  static readonly type = 'ordering.order-placed.v1';
  static readonly routingKey = 'order.created';
}

/** Any change of status after the first, in the order they happened. */
export class OrderStatusUpdated extends OrderMessage<
  AboutOrder & {
    readonly status: OrderStatus;
    readonly previous: OrderStatus;
    readonly total?: Money;
    /** All that has been paid for it by then, refunds not taken off: cash is in when the order is completed. */
    readonly paid?: Money;
  }
> {
  static readonly type = 'ordering.order-status-updated.v1';
  static readonly routingKey = 'order.status.updated';
}

/** Paid (or to be paid in cash), and the goods are set aside for good. */
export class OrderConfirmed extends OrderMessage<
  AboutOrder & {
    readonly items: readonly OrderedLine[];
    readonly total: Money;
    readonly method: 'card' | 'cash';
    /** What is in by now: nothing yet of cash. Not said at first: then the total of a card. */
    readonly paid?: Money;
  }
> {
  static readonly type = 'ordering.order-confirmed.v1';
  static readonly routingKey = 'order.confirmed';
}

/** A customer or the staff want a pending order cancelled; the checkout winds it back. */
export class OrderCancellationRequested extends OrderMessage<{
  readonly orderId: Uuid;
  readonly version: number;
  /** Always null: what the customer wrote stays sealed in the stream. */
  readonly reason: string | null;
  readonly by?: 'customer' | 'staff';
}> {
  static readonly type = 'ordering.order-cancellation-requested.v1';
  static readonly routingKey = 'order.cancellation.requested';
}

export class OrderCancelled extends OrderMessage<
  AboutOrder & {
    readonly items: readonly OrderedLine[];
    readonly total: Money;
    readonly code: CancellationCode;
    readonly message: string;
    /** It was confirmed before: points were granted, stock was committed, money may have been taken. */
    readonly wasConfirmed: boolean;
    /** What the customer had paid and not been refunded when it was cancelled. */
    readonly refundDue: Money;
    /** Whether goods that had been taken off the shelf go back; else they are waste. Not said: they go back. */
    readonly restock?: boolean;
    /** What goes back into the cart, where the shop could not carry the order out. */
    readonly returned?: ReturnedOrder;
    /** Taken for this order and given back before it was ever paid. */
    readonly reversed?: Money;
    /** What refunds had given back before it was cancelled, where there were any. */
    readonly refunded?: Money;
  }
> {
  static readonly type = 'ordering.order-cancelled.v1';
  static readonly routingKey = 'order.cancelled';
}

/** Staff decided to give money back; the payment provider is asked next. */
export class OrderRefundRequested extends OrderMessage<{
  readonly orderId: Uuid;
  readonly version: number;
  readonly refundId: Uuid;
  readonly amount: Money;
  readonly reason: string;
  /** Whether the order is over with it. */
  readonly end?: boolean;
  /** Whether the goods go back on the shelf, or are waste; not said where they stay where they are. */
  readonly restock?: boolean;
  /** What is owed beside it: refused by the provider, and not asked for again. */
  readonly owed?: Money;
}> {
  static readonly type = 'ordering.order-refund-requested.v1';
  static readonly routingKey = 'order.refund.requested';
}

/** The money is on its way back. */
export class OrderRefunded extends OrderMessage<
  AboutOrder & {
    readonly refundId: Uuid;
    readonly amount: Money;
    /** All refunds so far, this one included. */
    readonly refundedTotal: Money;
    readonly total: Money;
    /** The status after this refund: `cancelled` when the money goes back because of a cancellation. */
    readonly status?: OrderStatus;
    /** A refund ended the order: nothing more is made of it. */
    readonly ended?: true;
    /** What is owed still: refused by the provider, and not asked for again. */
    readonly owed?: Money;
  }
> {
  static readonly type = 'ordering.order-refunded.v1';
  static readonly routingKey = 'order.refunded';
}

/** The provider would not give the money back; somebody has to look at it. */
export class OrderRefundFailed extends OrderMessage<{
  readonly orderId: Uuid;
  readonly number: string;
  readonly version: number;
  readonly at: string;
  readonly refundId: Uuid;
  readonly amount: Money;
  readonly reason: string;
  /** Who is told of it. */
  readonly recipient?: Recipient;
  /** What is owed in all now, this amount included. */
  readonly owed?: Money;
}> {
  static readonly type = 'ordering.order-refund-failed.v1';
  static readonly routingKey = 'order.refund.failed';
}

/** Money that came after the order's end, or a second time, was given back. */
export class OrderPaymentReversed extends OrderMessage<AboutOrder & { readonly amount: Money }> {
  static readonly type = 'ordering.order-payment-reversed.v1';
  static readonly routingKey = 'order.payment.reversed';
}

/** Whose orders: a customer's, or the one order of a guest. */
export type Orderer =
  { readonly kind: 'customer'; readonly customerId: Uuid } | { readonly kind: 'guest'; readonly orderId: Uuid };

/** What became of the wish that nothing more is ordered under a name. */
export type BooksClosed =
  | { readonly outcome: 'closed'; readonly cartId?: Uuid }
  | { readonly outcome: 'open'; readonly orders: readonly OpenOrder[] }
  /** There is no such order. */
  | { readonly outcome: 'unknown' }
  /** It is no guest's order but this customer's. */
  | { readonly outcome: 'of-customer'; readonly customerId: Uuid };

export interface OpenOrder {
  readonly id: Uuid;
  readonly number: string;
  readonly status: OrderStatus;
}

/** The books of who orders: closed for good before a person is erased, unless an order of theirs is still open. */
export abstract class OrderBooks {
  /** From `closed` on nothing is ordered under this name, also by who was about to at that moment. Asking twice is harmless. */
  abstract close(orderer: Orderer): Promise<BooksClosed>;
}
