import type { Uuid } from '#kernel';

/**
 * `unknown-payment`: the shop has no payment with this key. `mismatch`: the order, amount or currency is not that of
 * the payment. `unknown-charge`: the provider does not know the charge that a webhook named. `charge-of-another`: the
 * charge belongs to another payment. `second-charge`: the payment has a charge already. `late-money`: the money came
 * after the payment had ended. `settled-by-hand`: staff ended a payment or a refund without the provider.
 * `given-after-all`: a refund or a payment had ended and no money was given back, but later the provider gave the money
 * back.
 */
export const findingKinds = [
  ...(['unknown-payment', 'mismatch', 'unknown-charge', 'charge-of-another'] as const),
  ...(['second-charge', 'late-money', 'settled-by-hand', 'given-after-all'] as const),
] as const;
export type FindingKind = (typeof findingKinds)[number];

/**
 * `noted`: the shop has done nothing with the money. `refused`: the provider refuses to give the money back. Staff must
 * deal with findings in these two states. `settled`: staff have dealt with the finding.
 */
export const findingStates = ['noted', 'giving-back', 'given-back', 'refused', 'settled'] as const;
export type FindingState = (typeof findingStates)[number];

/** Whether staff must deal with a finding in this state. */
export const needsStaff = (state: FindingState): boolean => openStates.includes(state);
export const openStates: readonly FindingState[] = ['noted', 'refused'];

/** Money as a provider reports it, in any currency. */
export interface TakenMoney {
  readonly amount: number;
  readonly currency: string;
}

export interface Finding {
  readonly id: Uuid;
  readonly kind: FindingKind;
  readonly provider: string;
  readonly chargeId: string | null;
  /** The payment key that the provider named, or the id of the payment or refund that the finding is about. */
  readonly paymentKey: string;
  readonly orderId: Uuid | null;
  readonly amount: TakenMoney;
  readonly state: FindingState;
  readonly reason: string | null;
  readonly unanswered: number;
}

interface WebhookCharge {
  readonly provider: string;
  readonly orderId: Uuid;
  readonly amount: TakenMoney;
  readonly chargeId: string;
}

interface KnownPayment {
  readonly id: Uuid;
  readonly provider: string;
  readonly orderId: Uuid;
  readonly amount: TakenMoney;
  readonly chargeId: string | null;
}

/** A charge in the provider's own books. */
export interface BookedCharge {
  readonly key: string;
  readonly orderId: Uuid;
  readonly amount: TakenMoney;
}

/** What the shop knows about a charge that a webhook names. */
interface KnownCharge {
  /** The shop's payment that the charge is assigned to. */
  readonly paymentId?: Uuid | undefined;
  /**
   * The charge in the provider's books: null if the provider does not know it, undefined while the provider does not
   * answer.
   */
  readonly charge?: BookedCharge | null | undefined;
}

const isSameMoney = (a: TakenMoney, b: TakenMoney): boolean => a.amount === b.amount && a.currency === b.currency;

/**
 * What is wrong with the money that a webhook reports; undefined if it fits the payment. While the provider does not
 * answer, the details of the webhook are checked only against what the shop knows.
 */
export function findingKindOf(
  named: WebhookCharge,
  payment: KnownPayment | undefined,
  { paymentId, charge }: KnownCharge,
): FindingKind | undefined {
  if (!payment || payment.provider !== named.provider) return 'unknown-payment';
  if (named.orderId !== payment.orderId || !isSameMoney(named.amount, payment.amount)) return 'mismatch';
  if (paymentId !== undefined && paymentId !== payment.id) return 'charge-of-another';
  if (charge === null) return 'unknown-charge';
  if (charge && charge.orderId !== payment.orderId) return 'charge-of-another';
  if (charge && !isSameMoney(charge.amount, payment.amount)) return 'mismatch';
  if (payment.chargeId !== null && payment.chargeId !== named.chargeId) return 'second-charge';
  // The charge is for the same order but has another key, so this payment did not take it.
  if (charge && charge.key !== payment.id) return 'charge-of-another';
  return undefined;
}
