import type { Uuid } from '#kernel';

/**
 * `unknown-payment`: the money names no payment of ours. `mismatch`: its order, amount or currency is not the payment's.
 * `charge-of-another`: the charge belongs to another payment. `second-charge`: the payment has a charge already.
 * `late-money`: it came after the payment's end. `settled-by-hand`: staff ended a payment or a refund without the provider.
 * `given-after-all`: a refund ended as not given back, and the provider gave it back nevertheless.
 */
export const findingKinds = [
  ...(['unknown-payment', 'mismatch', 'charge-of-another'] as const),
  ...(['second-charge', 'late-money', 'settled-by-hand', 'given-after-all'] as const),
] as const;
export type FindingKind = (typeof findingKinds)[number];

/**
 * `noted`: nothing was done with the money. `refused`: the provider will not give it back, so somebody has to look.
 * `settled`: somebody has looked after it.
 */
export const findingStates = ['noted', 'giving-back', 'given-back', 'refused', 'settled'] as const;
export type FindingState = (typeof findingStates)[number];

/** Whether somebody has to look after a finding in this state. The others the shop sees to itself, or nobody any more. */
export const needsSomebody = (state: FindingState): boolean => openStates.includes(state);
export const openStates: readonly FindingState[] = ['noted', 'refused'];

/** Money as a provider tells of it, in whatever currency. */
export interface TakenMoney {
  readonly amount: number;
  readonly currency: string;
}

export interface Finding {
  readonly id: Uuid;
  readonly kind: FindingKind;
  readonly provider: string;
  readonly chargeId: string | null;
  /** The key that the provider named. */
  readonly paymentKey: string;
  readonly orderId: Uuid | null;
  readonly amount: TakenMoney;
  readonly state: FindingState;
  readonly reason: string | null;
  readonly unanswered: number;
}

interface Named {
  readonly provider: string;
  readonly orderId: Uuid;
  readonly amount: TakenMoney;
  readonly chargeId: string;
}

interface Known {
  readonly id: Uuid;
  readonly provider: string;
  readonly orderId: Uuid;
  readonly amount: TakenMoney;
  readonly chargeId: string | null;
}

/** Whose a charge is known to be: the payment that has it here, and the order it has in the provider's own books. */
interface Owner {
  readonly paymentId?: Uuid | undefined;
  readonly orderId?: Uuid | undefined;
}

/** What is wrong with money that a provider tells of; undefined where it fits the payment. */
export function faultOf(named: Named, payment: Known | undefined, owner: Owner): FindingKind | undefined {
  if (!payment || payment.provider !== named.provider) return 'unknown-payment';
  const { amount, currency } = payment.amount;
  if (named.orderId !== payment.orderId || named.amount.amount !== amount || named.amount.currency !== currency)
    return 'mismatch';
  const { paymentId = payment.id, orderId = payment.orderId } = owner;
  if (paymentId !== payment.id || orderId !== payment.orderId) return 'charge-of-another';
  if (payment.chargeId !== null && payment.chargeId !== named.chargeId) return 'second-charge';
  return undefined;
}
