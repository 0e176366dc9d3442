import type { Message, Uuid } from '#kernel';
import { secondsUntilAskedAgain } from '../model/asked-again';
import type { CompareRefunds } from './refunds-messages';
import {
  requestsOf,
  isDone,
  waitsTimer,
  type Refunds,
  type RefundsReaction,
  type RefundStep,
  type RefundTimer,
} from './refunds-steps';

type RecordedRefund = CompareRefunds['body']['refunds'][number];

/**
 * Compares the refunds with the order's stream. If a refund has ended, but the stream has no result of it (any more),
 * the saga sends the request to payments again with the same id. Payments gives no money twice, and reports the result
 * again.
 */
export function compareRefunds(state: Refunds, { body }: CompareRefunds): RefundsReaction {
  const { orderId } = body;
  const asks: Message[] = [];
  const timers: RefundTimer[] = [];
  const next = Object.entries(state.refunds).map(([refundId, refund]): [Uuid, RefundStep] => {
    const recorded = body.refunds.find((one) => one.refundId === refundId);
    const after = body.confirmed ? reconcile(refund, recorded) : endUnlessPayingBack(refund);
    if (after === refund) return [refundId, refund];
    asks.push(...requestsOf(orderId, refundId, after));
    timers.push(waitsTimer(orderId, refundId, isDone(after) ? null : secondsUntilAskedAgain(0)));
    return [refundId, after];
  });
  const note = asks.length > 0 ? 'compared with the order: asked again' : 'compared with the order';
  return { state: { ...state, refunds: Object.fromEntries(next) }, asks, timers, note };
}

function reconcile(refund: RefundStep, recorded: RecordedRefund | undefined): RefundStep {
  if (refund.step === 'paying-back') return refund; // wait for the answer of payments
  if (recorded && recorded.state !== 'requested') return isDone(refund) ? refund : endRefund(refund);
  if (!isDone(refund)) return startAgain(refund);
  const amount = recorded?.amount ?? (refund.step === 'refunded' ? refund.amount : refund.owed);
  return amount ? { step: 'paying-back', amount, reason: 'asked again', asked: 0 } : refund;
}

/** The order does not count as paid, so no refund is recorded for it. */
const endUnlessPayingBack = (refund: RefundStep): RefundStep =>
  refund.step === 'paying-back' || isDone(refund) ? refund : endRefund(refund);

type Recording = Extract<RefundStep, { step: 'recording' | 'recording-failure' }>;

/** Sends the result to the order once more. */
function startAgain({ parked: _, ...refund }: Recording): RefundStep {
  return { ...refund, asked: 0 };
}

function endRefund(refund: Recording): RefundStep {
  if (refund.step === 'recording') return { step: 'refunded', amount: refund.amount };
  const { reason, owed } = refund;
  return { step: 'failed', reason, ...(owed && { owed }) };
}
