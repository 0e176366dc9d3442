import { PaymentRefunded, RefundRefused } from '#contracts/payments';
import type { Message, Money, Uuid } from '#kernel';
import type { MoneyOutcome, NotAsked } from './payment';
import { backOff } from './back-off';

export interface Refund {
  readonly id: Uuid;
  readonly orderId: Uuid;
  readonly amount: Money;
  readonly state: 'open' | 'refunded' | 'refused';
  readonly reason: string | null;
  readonly unanswered: number;
}

export type RefundAnswer =
  | { readonly kind: 'refunded' }
  /** The amount is more than what is left of the charge. This answer is final. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The provider cannot make the refund now, for example because the charge is still being processed. */
  | { readonly kind: 'not-now'; readonly reason: string }
  | { readonly kind: 'no-answer'; readonly reason: string }
  | NotAsked;

const isFinal = (answer: RefundAnswer): answer is Extract<RefundAnswer, { kind: 'refunded' | 'refused' }> =>
  answer.kind === 'refunded' || answer.kind === 'refused';

/**
 * What the provider's answer changes in a refund. `refunded` and `refused` are final. After any other answer the
 * provider is asked again after `wait` milliseconds.
 */
export function applyRefundAnswer(
  refund: Refund,
  answer: RefundAnswer,
): { refund: Refund; wait: number; messages: readonly Message[] } {
  if (refund.state !== 'open') return { refund, wait: 0, messages: [] };
  if (!isFinal(answer)) {
    const unanswered = refund.unanswered + 1;
    return { refund: { ...refund, unanswered }, wait: backOff(unanswered), messages: [] };
  }
  const ended: Refund = {
    ...refund,
    state: answer.kind,
    reason: answer.kind === 'refused' ? answer.reason : refund.reason,
  };
  return { refund: ended, wait: 0, messages: [refundOutcomeMessage(ended)!] };
}

/** Whether the refund had ended as refused, but now the provider says that it has given the money back. */
export const isReturnedAfterRefusal = ({ state }: Refund, answer: RefundAnswer): boolean =>
  state === 'refused' && answer.kind === 'refunded';

/**
 * Staff end a refund whose provider does not respond. If it is not certain that the money was given back, the refund
 * ends as refused.
 */
export function settleRefundByHand(refund: Refund, found: MoneyOutcome): Refund {
  if (refund.state !== 'open') return refund;
  if (found === 'given-back') return { ...refund, state: 'refunded' };
  return { ...refund, state: 'refused', reason: 'ended by hand: the provider cannot be asked' };
}

export function refundOutcomeMessage({ orderId, id: refundId, amount, state, reason }: Refund): Message | undefined {
  if (state === 'refunded') return new PaymentRefunded({ orderId, refundId, amount });
  if (state === 'refused')
    return new RefundRefused({ orderId, refundId, amount, reason: reason ?? 'refused by the provider' });
  return undefined;
}
