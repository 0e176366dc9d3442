import type { Message, Uuid } from '#kernel';
import { noteByStaff } from '../checkout/asking-again';
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
 * Compares the refunds with the order's stream. The saga sends a request to payments in two cases. Case 1: a refund has
 * ended, but its result is not in the stream (any more). Case 2: the stream has a refund that the saga does not know.
 * The request has the id of the refund, so payments gives no money twice, and reports the result again.
 */
export function compareRefunds(state: Refunds, message: CompareRefunds): RefundsReaction {
  const { body } = message;
  const { orderId } = body;
  const asks: Message[] = [];
  const timers: RefundTimer[] = [];
  const next = Object.entries(state.refunds).map(([refundId, refund]): [Uuid, RefundStep] => {
    const recorded = body.refunds.find((one) => one.refundId === refundId);
    const after = body.confirmed ? reconcile(refund, recorded) : endUnlessPayingBack(refund);
    if (after === refund && recorded?.state === 'requested' && 'asked' in refund && refund.parked === undefined)
      timers.push(waitsTimer(orderId, refundId, secondsUntilAskedAgain(refund.asked))); // perhaps the timer was lost
    if (after === refund) return [refundId, refund];
    asks.push(...requestsOf(orderId, refundId, after));
    timers.push(waitsTimer(orderId, refundId, isDone(after) ? null : secondsUntilAskedAgain(0)));
    return [refundId, after];
  });
  for (const { refundId, amount, reason = 'asked again' } of unknownRefunds(state, body)) {
    const refund: RefundStep = { step: 'paying-back', amount, reason, asked: 0 };
    next.push([refundId, refund]);
    asks.push(...requestsOf(orderId, refundId, refund));
    timers.push(waitsTimer(orderId, refundId, secondsUntilAskedAgain(0)));
  }
  const note = asks.length > 0 ? 'compared with the order: asked again' : 'compared with the order';
  return { state: { ...state, refunds: Object.fromEntries(next) }, asks, timers, note: noteByStaff(note, message) };
}

/** Refunds of the stream whose requests the saga has not received. */
const unknownRefunds = ({ refunds }: Refunds, body: CompareRefunds['body']): readonly RecordedRefund[] =>
  body.confirmed ? body.refunds.filter(({ refundId, state }) => state === 'requested' && !refunds[refundId]) : [];

function reconcile(refund: RefundStep, recorded: RecordedRefund | undefined): RefundStep {
  if (refund.step === 'paying-back') return refund; // the saga waits for the answer of payments
  if (recorded && recorded.state !== 'requested') return isDone(refund) ? refund : endRefund(refund);
  if (!isDone(refund)) return startAgain(refund);
  const amount = recorded?.amount ?? (refund.step === 'refunded' ? refund.amount : refund.owed);
  return amount ? { step: 'paying-back', amount, reason: 'asked again', asked: 0 } : refund;
}

/**
 * If the order does not count as paid, it records no refund, so the saga does not wait for the recording of a result.
 */
const endUnlessPayingBack = (refund: RefundStep): RefundStep =>
  refund.step === 'paying-back' || isDone(refund) ? refund : endRefund(refund);

type Recording = Extract<RefundStep, { step: 'recording' | 'recording-failure' }>;

/** The saga sends the result to the order again. */
function startAgain({ parked: _, ...refund }: Recording): RefundStep {
  return { ...refund, asked: 0 };
}

function endRefund(refund: Recording): RefundStep {
  if (refund.step === 'recording') return { step: 'refunded', amount: refund.amount };
  const { reason, owed } = refund;
  return { step: 'failed', reason, ...(owed && { owed }) };
}
