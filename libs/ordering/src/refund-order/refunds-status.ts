import type { SagaStatus } from '../model/saga-status';
import { areAllDone, owedAmountOf, type Refunds, type RefundStep } from './refunds-steps';

const waitsFor: Record<RefundStep['step'], string | null> = {
  'paying-back': 'payments to give the money back',
  recording: 'the order to record the refund',
  'recording-failure': 'the order to record that the refund failed',
  refunded: null,
  failed: null,
};

/**
 * Why staff must look at a refund. A refused refund matters only while money is owed, because staff can give the money
 * back in another way.
 */
const attentionOf = (refund: RefundStep, owed: boolean): string | null => {
  if (refund.step === 'failed') return owed ? `refused: ${refund.reason ?? 'for good'}` : null;
  if (!('asked' in refund)) return null;
  if (refund.parked !== undefined) return refund.parked;
  // Staff should look at the refund as soon as a request was repeated.
  return refund.asked > 0 ? `no answer while ${refund.step}, asked ${refund.asked + 1} times` : null;
};

const unrequestedText = ({ unrequested }: Refunds): string | null =>
  unrequested
    ? `payments gave back ${unrequested.amount} ${unrequested.currency} that no refund of the order had requested: find out who requested it, then retry`
    : null;

/**
 * The status of an order's refunds, for staff. It shows the first refund that needs attention, or else the first one
 * that waits for an answer, or else the last one.
 */
export function refundsStatus(state: Refunds): SagaStatus {
  const all = Object.values(state.refunds);
  const owed = owedAmountOf(state);
  const attentionFor = (refund: RefundStep) => attentionOf(refund, owed.amount > 0);
  const refundInTrouble = all.find((refund) => attentionFor(refund) !== null);
  const shownRefund = refundInTrouble ?? all.find((refund) => 'asked' in refund) ?? all.at(-1);
  const attention = refundInTrouble ? attentionFor(refundInTrouble) : unrequestedText(state);
  const status = attention !== null ? 'needs-attention' : areAllDone(state) ? 'over' : 'running';
  const step = shownRefund?.step ?? 'waiting';
  return {
    status: all.length === 0 && attention === null ? 'running' : status,
    step,
    waitingFor: shownRefund ? waitsFor[shownRefund.step] : 'a refund',
    asked: shownRefund && 'asked' in shownRefund ? shownRefund.asked : 0,
    attention,
  };
}
