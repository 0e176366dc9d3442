import type { Money, Uuid } from '#kernel';
import type { TakenMoney } from './finding';
import type { Heard } from './payment';
import type { RefundHeard } from './refund';

export interface Charge {
  /** The same for every repeat of one payment. */
  readonly key: string;
  readonly orderId: Uuid;
  readonly amount: Money;
  readonly token: string;
}

/** What a provider's signed call says. */
export interface WebhookEvent {
  readonly id: string;
  /** The key the charge was asked for with. */
  readonly key: string;
  readonly orderId: Uuid;
  readonly chargeId: string;
  readonly amount: TakenMoney;
  readonly heard: Heard;
}

/** A call that surely did not reach the provider. */
export class NotSent extends Error {}

/** A signature that is missing, wrong or too old. */
export class WebhookRefused extends Error {}

/**
 * Somebody who takes money. Every call may be repeated under its key and is cut off by the caller after
 * PAYMENT_TIMEOUT_MS; an adapter throws when nobody can tell what became of the call, and NotSent when it did not go out.
 */
export abstract class PaymentProvider {
  abstract readonly name: string;
  abstract charge(charge: Charge, signal: AbortSignal): Promise<Heard>;
  /** What the provider knows of a charge. `not-found` does not prove that it will not happen. */
  abstract find(key: string, signal: AbortSignal): Promise<Heard>;
  /** From now on the charge cannot happen, and what it took is given back. */
  abstract void(key: string, charge: Omit<Charge, 'key' | 'token'>, signal: AbortSignal): Promise<Heard>;
  abstract refund(
    refund: { readonly key: string; readonly chargeKey: string; readonly amount: Money; readonly reason: string },
    signal: AbortSignal,
  ): Promise<RefundHeard>;
  /** The order that a charge was asked for; undefined where the provider does not know the charge. */
  abstract orderOf(chargeId: string, signal: AbortSignal): Promise<Uuid | undefined>;
  /** Gives back a charge that no payment of ours needs. Answered alike under the same key. */
  abstract returnCharge(
    charge: { readonly key: string; readonly chargeId: string; readonly orderId: Uuid; readonly amount: Money },
    signal: AbortSignal,
  ): Promise<RefundHeard>;
  /** Checks the signature and reads the body. Throws WebhookRefused. */
  abstract webhook(
    body: Buffer,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    now: Date,
  ): WebhookEvent;
}
