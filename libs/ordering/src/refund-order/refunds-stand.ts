import type { Stands } from '../model/stands';
import { allDone, type Refunds, type RefundStep } from './refunds';

const waitsFor: Record<RefundStep['step'], string | null> = {
  'paying-back': 'payments to give the money back',
  recording: 'the order to note the refund',
  'recording-failure': 'the order to note that it failed',
  refunded: null,
  failed: null,
};

const complaint = (refund: RefundStep): string | null => {
  if (refund.step === 'failed') return refund.owed ? `refused: ${refund.reason ?? 'for good'}` : null;
  return 'parked' in refund ? (refund.parked ?? null) : null;
};

/** How the refunds of an order stand, for those who look after them: the first that is still open speaks for all. */
export function refundsStand(state: Refunds): Stands {
  const all = Object.values(state.refunds);
  const troubled = all.find((refund) => complaint(refund) !== null);
  const open = troubled ?? all.find((refund) => 'asked' in refund) ?? all.at(-1);
  const attention = troubled ? complaint(troubled) : null;
  const status = attention !== null ? 'needs-attention' : allDone(state) ? 'over' : 'running';
  const step = open?.step ?? 'waiting';
  return {
    status: all.length === 0 ? 'running' : status,
    step,
    waitingFor: open ? waitsFor[open.step] : 'a refund',
    asked: open && 'asked' in open ? open.asked : 0,
    attention,
  };
}
