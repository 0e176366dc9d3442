import { OrderMessage, type Money, type Sealed, type Uuid } from '#kernel';

/**
 * Asks to take the money for the order, once. The answer is PaymentTaken or PaymentDeclined. If the result is not known
 * at first, PaymentUnknown is sent before the answer.
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
 * Asks to void the order's payment at the provider. Money that was taken, or is taken later, is given back completely.
 * The answer is PaymentVoided. It is sent as soon as the shop certainly keeps no money, also if there never was a
 * payment.
 */
export class VoidPayment extends OrderMessage<{
  readonly orderId: Uuid;
  readonly reason: string;
  readonly idempotencyKey: string;
}> {
  static readonly type = 'payments.void-payment.v1';
}
/** Asks to give back the payment or a part of it. The answer is PaymentRefunded or RefundRefused. */
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
 * Asks to end a payment or a refund whose provider does not respond. Staff have looked into the provider's books
 * before. If there is a `refundId`, the answer is that of RefundPayment, and otherwise that of VoidPayment.
 */
export class SettleByHand extends OrderMessage<{
  readonly orderId: Uuid;
  readonly refundId: Uuid | null;
  /**
   * `given-back`: the customer has the money again. `never-taken`: the provider took no money. `unknown`: staff could
   * not find out who has the money.
   */
  readonly found: 'given-back' | 'never-taken' | 'unknown';
  /** The account of the person who settled the payment or refund. */
  readonly by: string;
  /** Why staff settled the payment or refund, without addresses and numbers. Older messages do not have it. */
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
  /** `declined`: by the bank. `unavailable`: the provider could not be reached, and certainly took no money. */
  readonly code: 'declined' | 'unavailable';
  readonly reason: string;
  /** The money that the provider had taken without an answer, and has given back. */
  readonly reversed?: Money;
}> {
  static readonly type = 'payments.payment-declined.v1';
}
/** The shop does not know yet whether money was taken. It asks the provider again until there is a result. */
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
  /** The amount that was given back; zero if no money was taken. */
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

/**
 * Money at the provider that no step of the order asked for, or that could not be checked. Staff see this money in the
 * list of findings.
 */
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
/** The money of a finding was given back. */
export class MoneyReturned extends OrderMessage<{
  readonly orderId: Uuid;
  readonly findingId: Uuid;
  readonly provider: string;
  readonly chargeId: string;
  readonly amount: Money;
}> {
  static readonly type = 'payments.money-returned.v1';
}
