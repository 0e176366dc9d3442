import { PaymentRefunded, RefundRefused } from '#contracts/payments';
import type { Message, Money, Uuid } from '#kernel';

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
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'no-answer'; readonly reason: string };

/** What the provider's answer makes of a refund; silence is asked again, for as long as it takes. */
export function hearRefund(
  refund: Refund,
  heard: RefundHeard,
): { refund: Refund; wait: number; messages: readonly Message[] } {
  if (refund.state !== 'open') return { refund, wait: 0, messages: [] };
  if (heard.kind === 'no-answer') {
    const unanswered = refund.unanswered + 1;
    return { refund: { ...refund, unanswered }, wait: Math.min(200 * 2 ** unanswered, 60_000), messages: [] };
  }
  const ended: Refund = {
    ...refund,
    state: heard.kind,
    reason: heard.kind === 'refused' ? heard.reason : refund.reason,
  };
  return { refund: ended, wait: 0, messages: [refundOutcome(ended)!] };
}

export function refundOutcome({ orderId, id: refundId, amount, state, reason }: Refund): Message | undefined {
  if (state === 'refunded') return new PaymentRefunded({ orderId, refundId, amount });
  if (state === 'refused')
    return new RefundRefused({ orderId, refundId, amount, reason: reason ?? 'refused by the provider' });
  return undefined;
}
