import { OrderMessage, type Money, type Sealed, type Uuid } from '#kernel';
import type { Portion, ReturnedOrder } from '#contracts/cart';

/** The statuses that an order goes through, and then the statuses of an order that was cancelled or refunded. */
export const orderStatuses = [
  ...(['pending', 'confirmed', 'accepted', 'on-hold', 'preparing', 'ready', 'completed'] as const),
  ...(['cancelled', 'refunded'] as const),
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export const cancellationCodes = [
  ...(['OUT_OF_STOCK', 'PAYMENT_DECLINED', 'PAYMENT_UNRESOLVED'] as const),
  ...(['CUSTOMER', 'STAFF', 'OVERDUE', 'PAYMENT_UNAVAILABLE'] as const),
] as const;
export type CancellationCode = (typeof cancellationCodes)[number];

/** The languages in which the shop writes to customers. */
export const orderLocales = ['vi', 'en'] as const;
export type OrderLocale = (typeof orderLocales)[number];

/** One line of an order. Optional fields are absent in messages of older builds. */
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

/**
 * The limits of one order. A larger order is probably a mistake. For a large party, a customer should call the shop.
 */
export const orderLimits = { lines: 100, piecesOfOneSku: 1_000, total: 1_000_000_000 } as const;

export interface OrderedModifier {
  readonly optionId: Uuid;
  readonly group: string;
  readonly name: string;
  readonly quantity: number;
  readonly price: Money;
}

/** The person who gets messages about the order. Every personal value is sealed with the order's subject key. */
export interface Recipient {
  readonly customerId: Uuid | null;
  /** The owner of the key that seals the personal values: the customer, or the order itself for a guest. */
  readonly subject: Uuid;
  readonly name: Sealed;
  readonly email: Sealed | null;
  readonly phone: Sealed | null;
  readonly locale: OrderLocale;
}

interface AboutOrder {
  readonly orderId: Uuid;
  readonly number: string;
  /** The version of the order's event that this message is about. */
  readonly version: number;
  readonly at: string;
  readonly recipient: Recipient;
}

/** The order exists and is pending. */
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

/** The status of the order has changed. The messages of one order come in the sequence of its changes. */
export class OrderStatusUpdated extends OrderMessage<
  AboutOrder & {
    readonly status: OrderStatus;
    readonly previous: OrderStatus;
    readonly total?: Money;
    /**
     * All money that was paid up to this change. Refunds are not subtracted. Cash is included when the order is
     * completed.
     */
    readonly paid?: Money;
  }
> {
  static readonly type = 'ordering.order-status-updated.v1';
  static readonly routingKey = 'order.status.updated';
}

/** The order is paid (or will be paid in cash), and inventory has taken its goods off the shelf. */
export class OrderConfirmed extends OrderMessage<
  AboutOrder & {
    readonly items: readonly OrderedLine[];
    readonly total: Money;
    readonly method: 'card' | 'cash';
    /**
     * The money that has been paid so far: zero for cash. If this field is absent (in older messages), a card payment
     * has paid the total.
     */
    readonly paid?: Money;
    /**
     * True if the checkout does not need this message: the statement that confirmed the order also wrote the checkout's
     * steps.
     */
    readonly knownToCheckout?: true;
  }
> {
  static readonly type = 'ordering.order-confirmed.v1';
  static readonly routingKey = 'order.confirmed';
}

/**
 * A customer or staff want to cancel a pending order. The checkout gives back what it has taken, and then cancels the
 * order.
 */
export class OrderCancellationRequested extends OrderMessage<{
  readonly orderId: Uuid;
  readonly version: number;
  /** Always null: the customer's words stay sealed in the stream. */
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
    /**
     * True if the order was confirmed before: its stock was committed, and a card payment was taken and earned points.
     */
    readonly wasConfirmed: boolean;
    /** The paid money for which no refund was made or requested at the time of the cancellation. */
    readonly refundDue: Money;
    /**
     * Whether goods that had left the shelf go back. If they do not, they are waste. Absent means that they go back.
     */
    readonly restock?: boolean;
    /** The lines that go back into the cart, if the shop could not carry out the order. */
    readonly returned?: ReturnedOrder;
    /** Money that was taken and given back before the order counted as paid. */
    readonly reversed?: Money;
    /** The money that was refunded before the cancellation. Absent if nothing was refunded. */
    readonly refunded?: Money;
  }
> {
  static readonly type = 'ordering.order-cancelled.v1';
  static readonly routingKey = 'order.cancelled';
}

/** Staff decided to give money back. Next, the refund is requested from the payment provider. */
export class OrderRefundRequested extends OrderMessage<{
  readonly orderId: Uuid;
  readonly version: number;
  readonly refundId: Uuid;
  readonly amount: Money;
  readonly reason: string;
  /** Whether this refund ends the order. */
  readonly end?: boolean;
  /** Whether the goods go back on the shelf or are waste. Absent if the refund does not move the goods. */
  readonly restock?: boolean;
  /** Other money that is owed: the provider refused to give it back, and nobody has requested the refund again. */
  readonly owed?: Money;
}> {
  static readonly type = 'ordering.order-refund-requested.v1';
  static readonly routingKey = 'order.refund.requested';
}

/** The provider has accepted the refund. The money is on its way back. */
export class OrderRefunded extends OrderMessage<
  AboutOrder & {
    readonly refundId: Uuid;
    readonly amount: Money;
    /** The total of all refunds so far, including this one. */
    readonly refundedTotal: Money;
    readonly total: Money;
    /** The status of the order after this refund. A cancelled order stays `cancelled`. */
    readonly status?: OrderStatus;
    /** True if a refund ended the order: the shop does not continue to make it. */
    readonly ended?: true;
    /** Money that is still owed: the provider refused to give it back, and nobody has requested the refund again. */
    readonly owed?: Money;
  }
> {
  static readonly type = 'ordering.order-refunded.v1';
  static readonly routingKey = 'order.refunded';
}

/** The provider refused to give the money back. Staff must look at the refund. */
export class OrderRefundFailed extends OrderMessage<{
  readonly orderId: Uuid;
  readonly number: string;
  readonly version: number;
  readonly at: string;
  readonly refundId: Uuid;
  readonly amount: Money;
  readonly reason: string;
  /** The person who gets a message about the refused refund. */
  readonly recipient?: Recipient;
  /** The total that is owed now, including this amount. */
  readonly owed?: Money;
}> {
  static readonly type = 'ordering.order-refund-failed.v1';
  static readonly routingKey = 'order.refund.failed';
}

/** Money that was taken for the order, but did not count as its payment, was given back. */
export class OrderPaymentReversed extends OrderMessage<AboutOrder & { readonly amount: Money }> {
  static readonly type = 'ordering.order-payment-reversed.v1';
  static readonly routingKey = 'order.payment.reversed';
}

/** A customer with all their orders, or a guest with one order. */
export type Orderer =
  { readonly kind: 'customer'; readonly customerId: Uuid } | { readonly kind: 'guest'; readonly orderId: Uuid };

/** The result of closing a person's orders. */
export type OrderingClosed =
  | { readonly outcome: 'closed'; readonly cartId?: Uuid }
  | { readonly outcome: 'open'; readonly orders: readonly OpenOrder[] }
  /** The order does not exist. */
  | { readonly outcome: 'unknown' }
  /** The order belongs to this customer, not to a guest. */
  | { readonly outcome: 'of-customer'; readonly customerId: Uuid };

export interface OpenOrder {
  readonly id: Uuid;
  readonly number: string;
  readonly status: OrderStatus;
}

/**
 * Closes the orders of a person before the person is erased. After that, the person can never order again. The request
 * is refused while one of the orders is open.
 */
export abstract class OrderingAccounts {
  /**
   * After the outcome `closed`, no order can be placed for this person, not even by a request that had already begun.
   * The call can be repeated.
   */
  abstract close(orderer: Orderer): Promise<OrderingClosed>;
}
