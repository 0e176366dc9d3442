import type { Message, Money, Uuid } from '#kernel';
import { OrderRefunded, OrderRefundFailed, OrderRefundRequested } from '#contracts/ordering';
import { PaymentRefunded, RefundPayment, RefundRefused } from '#contracts/payments';
import { RecordRefund, RecordRefundFailure, RefundWaits } from './refunds-messages';

/** Where one refund stands: asked of the provider, then told to the order. */
export type RefundStep =
  | { readonly step: 'paying-back'; readonly amount: Money; readonly reason: string; readonly asked: number }
  | { readonly step: 'recording'; readonly amount: Money; readonly asked: number }
  | { readonly step: 'recording-failure'; readonly reason: string; readonly asked: number }
  | { readonly step: 'refunded' }
  | { readonly step: 'failed' };

/** All refunds of one order, each on its own way. */
export interface Refunds {
  readonly refunds: Readonly<Record<Uuid, RefundStep>>;
}

export type RefundsHear =
  OrderRefundRequested | OrderRefunded | OrderRefundFailed | PaymentRefunded | RefundRefused | RefundWaits;

export interface RefundTimer {
  readonly name: string;
  /** Null: no longer needed. */
  readonly inSeconds: number | null;
  readonly message: Message;
}
export interface RefundsHeard {
  readonly state: Refunds;
  readonly asks: readonly Message[];
  readonly timers: readonly RefundTimer[];
  readonly note: string;
}

export const noRefunds: Refunds = { refunds: {} };

const isDone = (refund: RefundStep): boolean => refund.step === 'refunded' || refund.step === 'failed';
export const allDone = ({ refunds }: Refunds): boolean => Object.values(refunds).every(isDone);

/** What each step asks for: the same every time, so that asking again is harmless. */
function asksOf(orderId: Uuid, refundId: Uuid, refund: RefundStep): readonly Message[] {
  const idempotencyKey = `refunds:${orderId}:${refundId}:${refund.step}`;
  switch (refund.step) {
    case 'paying-back': {
      const { amount, reason } = refund;
      return [new RefundPayment({ orderId, refundId, amount, reason, idempotencyKey })];
    }
    case 'recording':
      return [new RecordRefund({ orderId, refundId, amount: refund.amount, idempotencyKey })];
    case 'recording-failure':
      return [new RecordRefundFailure({ orderId, refundId, reason: refund.reason, idempotencyKey })];
    case 'refunded':
    case 'failed':
      return [];
  }
}

const patience = (asked: number): number => Math.min(30 * 2 ** asked, 600);

const waits = (orderId: Uuid, refundId: Uuid, inSeconds: number | null): RefundTimer => ({
  name: `refund-waits:${refundId}`,
  inSeconds,
  message: new RefundWaits({ orderId, refundId }),
});

/** The pure process that gives money back: provider first, then the order's own stream. */
export function hearOfRefund({ refunds }: Refunds, heard: RefundsHear): RefundsHeard {
  const { orderId, refundId } = heard.body;
  const refund = refunds[refundId];
  const stay = (note: string): RefundsHeard => ({ state: { refunds }, asks: [], timers: [], note });
  const go = (next: RefundStep, note: string): RefundsHeard => ({
    state: { refunds: { ...refunds, [refundId]: next } },
    asks: asksOf(orderId, refundId, next),
    timers: [waits(orderId, refundId, 'asked' in next ? patience(next.asked) : null)],
    note: `${note} (${refundId})`,
  });

  if (heard instanceof OrderRefundRequested) {
    const { amount, reason } = heard.body;
    return refund ? stay('asked for again') : go({ step: 'paying-back', amount, reason, asked: 0 }, 'refund asked for');
  }
  if (!refund || isDone(refund)) return stay('nothing is waited for');
  if (heard instanceof RefundWaits)
    return 'asked' in refund
      ? go({ ...refund, asked: refund.asked + 1 }, `no answer while ${refund.step}: asked again`)
      : stay('nothing is waited for');
  if (heard instanceof OrderRefunded) return go({ step: 'refunded' }, 'refunded');
  if (heard instanceof OrderRefundFailed) return go({ step: 'failed' }, 'failed, and noted');
  if (refund.step !== 'paying-back') return stay('heard again');
  if (heard instanceof PaymentRefunded)
    return go({ step: 'recording', amount: heard.body.amount, asked: 0 }, 'the money is on its way back');
  return go({ step: 'recording-failure', reason: heard.body.reason, asked: 0 }, `refused: ${heard.body.reason}`);
}
