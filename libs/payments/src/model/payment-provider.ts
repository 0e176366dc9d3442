import { isUuid, type Money, type Uuid } from '#kernel';
import type { BookedCharge, TakenMoney } from './finding';
import type { Heard } from './payment';
import type { RefundHeard } from './refund';

export interface Charge {
  /** The same for every repetition of one payment. */
  readonly key: string;
  readonly orderId: Uuid;
  readonly amount: Money;
  readonly token: string;
}

/** A capture that a provider's signed call reports. It is a hint: the provider's books count. */
export interface WebhookEvent {
  readonly id: string;
  /** The key with which the charge was asked for. */
  readonly key: string;
  readonly orderId: Uuid;
  readonly chargeId: string;
  readonly amount: TakenMoney;
}

/** A charge in the provider's books, and its state. */
export interface ProviderCharge extends BookedCharge {
  readonly heard: Heard;
}

/** One form of an id that is a UUID, however it is written. Other ids stay as the provider writes them. */
export function inOneForm(id: string): string {
  const lower = id.toLowerCase();
  return isUuid(lower) ? lower : id;
}

/** A call that did not reach the provider, for certain. */
export class NotSent extends Error {}

/** A signature that is missing, wrong or too old. */
export class WebhookRefused extends Error {}

/**
 * A payment provider. Every call may be repeated with its key, and the caller cuts it off after PAYMENT_TIMEOUT_MS.
 * An adapter throws if the result of a call is unknown, and NotSent if the call did not go out.
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
  /** The charge in the provider's books; undefined if the provider knows no such charge. */
  abstract chargeOf(chargeId: string, signal: AbortSignal): Promise<ProviderCharge | undefined>;
  /** Gives back a charge that no payment of ours needs. The same key gets the same answer. */
  abstract returnCharge(
    charge: { readonly key: string; readonly chargeId: string; readonly orderId: Uuid; readonly amount: Money },
    signal: AbortSignal,
  ): Promise<RefundHeard>;
  /** Checks the signature and reads the body, with its ids in one form. Throws WebhookRefused. */
  abstract webhook(
    body: Buffer,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    now: Date,
  ): WebhookEvent;
}
