import { PaymentRefunded, RefundRefused } from '#contracts/payments';
import type { Message, Money, Uuid } from '#kernel';
import type { FoundByHand, NotAsked } from './payment';
import { backOff } from './back-off';

export interface Refund {
  readonly id: Uuid;
  readonly orderId: Uuid;
  readonly amount: Money;
  readonly state: 'open' | 'refunded' | 'refused';
  readonly reason: string | null;
  readonly unanswered: number;
}

export type RefundHeard =
  | { readonly kind: 'refunded' }
  /** This amount cannot be given back: it is more than the rest of the charge. This is final. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The provider cannot do it now, for example because the charge is still being processed. */
  | { readonly kind: 'not-now'; readonly reason: string }
  | { readonly kind: 'no-answer'; readonly reason: string }
  | NotAsked;

const isFinal = (heard: RefundHeard): heard is Extract<RefundHeard, { kind: 'refunded' | 'refused' }> =>
  heard.kind === 'refunded' || heard.kind === 'refused';

/**
 * What the provider's answer changes in a refund. Only a refusal because of the amount is final; the rest is asked
 * again.
 */
export function hearRefund(
  refund: Refund,
  heard: RefundHeard,
): { refund: Refund; wait: number; messages: readonly Message[] } {
  if (refund.state !== 'open') return { refund, wait: 0, messages: [] };
  if (!isFinal(heard)) {
    const unanswered = refund.unanswered + 1;
    return { refund: { ...refund, unanswered }, wait: backOff(unanswered), messages: [] };
  }
  const ended: Refund = {
    ...refund,
    state: heard.kind,
    reason: heard.kind === 'refused' ? heard.reason : refund.reason,
  };
  return { refund: ended, wait: 0, messages: [refundOutcome(ended)!] };
}

/** The refund ended as not given back, so it is still owed. Now the provider says that it has given it back. */
export const isGivenAfterAll = ({ state }: Refund, heard: RefundHeard): boolean =>
  state === 'refused' && heard.kind === 'refunded';

/** Staff have looked, because the provider cannot be asked. What was not given back is still owed. */
export function settleRefundByHand(refund: Refund, found: FoundByHand): Refund {
  if (refund.state !== 'open') return refund;
  if (found === 'given-back') return { ...refund, state: 'refunded' };
  return { ...refund, state: 'refused', reason: 'ended by hand: the provider cannot be asked' };
}

export function refundOutcome({ orderId, id: refundId, amount, state, reason }: Refund): Message | undefined {
  if (state === 'refunded') return new PaymentRefunded({ orderId, refundId, amount });
  if (state === 'refused')
    return new RefundRefused({ orderId, refundId, amount, reason: reason ?? 'refused by the provider' });
  return undefined;
}
