import { OrderMessage, type Money, type Sealed, type Uuid } from '#kernel';

/**
 * Asks for the order's money, once. Answered by PaymentTaken or PaymentDeclined, and by PaymentUnknown before that
 * if the result is not known yet.
 */
export class TakePayment extends OrderMessage<{
  readonly orderId: Uuid;
  readonly amount: Money;
  readonly method: 'card' | 'cash';
  readonly token: Sealed | null;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'payments.take-payment.v1';
}
/**
 * Asks that the order's payment never happens: the intent is voided at the provider, and money that was or will be
 * taken goes back completely. Answered by PaymentVoided when that is certain, also if there never was a payment.
 */
export class VoidPayment extends OrderMessage<{
  readonly orderId: Uuid;
  readonly reason: string;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'payments.void-payment.v1';
}
/** Asks to give back a part of what was taken, or all of it. Answered by PaymentRefunded or RefundRefused. */
export class RefundPayment extends OrderMessage<{
  readonly orderId: Uuid;
  readonly refundId: Uuid;
  readonly amount: Money;
  readonly reason: string;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'payments.refund-payment.v1';
}

/**
 * Asks to end a payment or a refund whose provider cannot be asked; staff have looked into its books. Answered like
 * VoidPayment, or like RefundPayment if there is a `refundId`.
 */
export class SettleByHand extends OrderMessage<{
  readonly orderId: Uuid;
  readonly refundId: Uuid | null;
  /**
   * `given-back`: the customer has the money. `never-taken`: the provider never took any. `unknown`: it cannot be
   * found out.
   */
  readonly found: 'given-back' | 'never-taken' | 'unknown';
  /** The account of the person who settled it. */
  readonly by: string;
  /** Why, without addresses and numbers. Older messages lack it. */
  readonly reason?: string;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'payments.settle-by-hand.v1';
}

export class PaymentTaken extends OrderMessage<{
  readonly orderId: Uuid;
  readonly paymentId: Uuid;
  readonly amount: Money;
  readonly method: 'card' | 'cash';
  readonly provider: string;
  readonly chargeId: string | null;
}> {
  static readonly type = 'payments.payment-taken.v1';
}
export class PaymentDeclined extends OrderMessage<{
  readonly orderId: Uuid;
  readonly paymentId: Uuid;
  /** `declined` by the bank; `unavailable`: the provider could not be reached, and charged nothing for certain. */
  readonly code: 'declined' | 'unavailable';
  readonly reason: string;
  /** Money had been taken after all, and was given back. */
  readonly reversed?: Money;
}> {
  static readonly type = 'payments.payment-declined.v1';
}
/** It is not known yet whether money was taken. The provider is asked again until it is known. */
export class PaymentUnknown extends OrderMessage<{
  readonly orderId: Uuid;
  readonly paymentId: Uuid;
  readonly attempts: number;
  /** Why the provider gave no answer. */
  readonly reason?: string;
}> {
  static readonly type = 'payments.payment-unknown.v1';
}
export class PaymentVoided extends OrderMessage<{
  readonly orderId: Uuid;
  /** What had been taken and was given back; zero if nothing was ever taken. */
  readonly refunded: Money;
}> {
  static readonly type = 'payments.payment-voided.v1';
}
export class PaymentRefunded extends OrderMessage<{
  readonly orderId: Uuid;
  readonly refundId: Uuid;
  readonly amount: Money;
}> {
  static readonly type = 'payments.payment-refunded.v1';
}
export class RefundRefused extends OrderMessage<{
  readonly orderId: Uuid;
  readonly refundId: Uuid;
  readonly amount: Money;
  readonly reason: string;
}> {
  static readonly type = 'payments.refund-refused.v1';
}

/** Money that no step of an order had asked for, or that could not be checked. Staff see it among the findings. */
export class MoneyFound extends OrderMessage<{
  readonly orderId: Uuid;
  readonly findingId: Uuid;
  readonly kind: string;
  readonly provider: string;
  readonly chargeId: string | null;
  readonly amount: Money;
}> {
  static readonly type = 'payments.money-found.v1';
}
/** Such money was given back. */
export class MoneyReturned extends OrderMessage<{
  readonly orderId: Uuid;
  readonly findingId: Uuid;
  readonly provider: string;
  readonly chargeId: string;
  readonly amount: Money;
}> {
  static readonly type = 'payments.money-returned.v1';
}
