import { isUuid, type Money, type Uuid } from '#kernel';
import type { BookedCharge, TakenMoney } from './finding';
import type { ProviderAnswer } from './payment';
import type { RefundAnswer } from './refund';

export interface Charge {
  /** The idempotency key: all calls for one payment have the same key. */
  readonly key: string;
  readonly orderId: Uuid;
  readonly amount: Money;
  readonly token: string;
}

/** A capture that a provider's signed webhook reports. The shop checks it against the provider's books. */
export interface WebhookEvent {
  readonly id: string;
  /** The key of the call that asked for the charge. */
  readonly key: string;
  readonly orderId: Uuid;
  readonly chargeId: string;
  readonly amount: TakenMoney;
}

/** A charge in the provider's books, and its state. */
export interface ProviderCharge extends BookedCharge {
  readonly answer: ProviderAnswer;
}

/** Writes a UUID in lower case, so that equal ids are equal strings. Other ids are not changed. */
export function normalizeId(id: string): string {
  const lower = id.toLowerCase();
  return isUuid(lower) ? lower : id;
}

/** The call certainly did not reach the provider. */
export class NotSent extends Error {}

/** A signature that is missing, wrong or too old. */
export class WebhookRefused extends Error {}

/**
 * A payment provider. Every call can be repeated with the same key. The caller aborts a call after PAYMENT_TIMEOUT_MS.
 * An adapter throws NotSent if the call was not sent, and another error if the result is unknown.
 */
export abstract class PaymentProvider {
  abstract readonly name: string;
  abstract charge(charge: Charge, signal: AbortSignal): Promise<ProviderAnswer>;
  /**
   * The state of a charge. `not-found` does not prove that there will be no charge, because the charge call can still
   * reach the provider.
   */
  abstract find(key: string, signal: AbortSignal): Promise<ProviderAnswer>;
  /** Prevents any later charge with this key, and gives back the money that an earlier charge took. */
  abstract void(key: string, charge: Omit<Charge, 'key' | 'token'>, signal: AbortSignal): Promise<ProviderAnswer>;
  abstract refund(
    refund: { readonly key: string; readonly chargeKey: string; readonly amount: Money; readonly reason: string },
    signal: AbortSignal,
  ): Promise<RefundAnswer>;
  /** The charge in the provider's books; undefined if the provider knows no such charge. */
  abstract chargeOf(chargeId: string, signal: AbortSignal): Promise<ProviderCharge | undefined>;
  /** Gives back a charge that the shop does not need. A repeated call with the same key gets the same answer. */
  abstract returnCharge(
    charge: { readonly key: string; readonly chargeId: string; readonly orderId: Uuid; readonly amount: Money },
    signal: AbortSignal,
  ): Promise<RefundAnswer>;
  /** Checks the signature and reads the body. Returns UUIDs in lower case. Throws WebhookRefused. */
  abstract webhook(
    body: Buffer,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    now: Date,
  ): WebhookEvent;
}
