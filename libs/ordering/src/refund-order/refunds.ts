import { sum, type Message, type Uuid } from '#kernel';
import { MAX_REPEATS, secondsUntilAskedAgain } from '../model/asked-again';
import { OrderRefunded, OrderRefundFailed, OrderRefundRequested } from '#contracts/ordering';
import { PaymentRefunded, type RefundRefused } from '#contracts/payments';
import { compareRefunds } from './comparing-refunds';
import { CompareRefunds, RefundAgain, RefundWaits, RetryRefunds } from './refunds-messages';
import {
  requestsOf,
  isDone,
  owedAmountOf,
  waitsTimer,
  type Refunds,
  type RefundsReaction,
  type RefundStep,
  type RefundTimer,
} from './refunds-steps';

export type RefundsMessage =
  | OrderRefundRequested
  | OrderRefunded
  | OrderRefundFailed
  | PaymentRefunded
  | RefundRefused
  | RefundWaits
  | RetryRefunds
  | CompareRefunds;

/**
 * Keeps the newest amount that the stream has reported as owed. A message of an older build has no owed amount, and
 * does not change the state.
 */
function withNewestOwed(state: Refunds, { body }: RefundsMessage): Refunds {
  if (!('owed' in body) || !body.owed || body.version === undefined) return state;
  const { owed: amount, version } = body;
  if (state.owed && state.owed.version >= version) return state;
  return { ...state, owed: { amount, version } };
}

/**
 * The refund saga as a pure function. The saga first asks the context `payments` to give the money back, then the order
 * to record the result.
 */
export function reactToRefundMessage(before: Refunds, message: RefundsMessage): RefundsReaction {
  const state = withNewestOwed(before, message);
  if (message instanceof RetryRefunds) return retry(state, message);
  if (message instanceof CompareRefunds) return compareRefunds(state, message);
  const { refunds } = state;
  const { orderId, refundId } = message.body;
  const refund = refunds[refundId];
  const keepState = (note: string): RefundsReaction => ({ state, asks: [], timers: [], note });
  const startStep = (next: RefundStep, note: string): RefundsReaction => ({
    state: { ...state, refunds: { ...refunds, [refundId]: next } },
    asks: requestsOf(orderId, refundId, next),
    timers: [waitsTimer(orderId, refundId, 'asked' in next ? secondsUntilAskedAgain(next.asked) : null)],
    note: `${note} (${refundId})`,
  });

  if (message instanceof OrderRefundRequested) {
    const { amount, reason } = message.body;
    return refund
      ? keepState('requested again')
      : startStep({ step: 'paying-back', amount, reason, asked: 0 }, 'refund requested');
  }
  if (!refund && message instanceof PaymentRefunded) {
    const unrequested = sum([message.body.amount, ...(state.unrequested ? [state.unrequested] : [])]);
    return {
      state: { ...state, unrequested },
      asks: [],
      timers: [],
      note: `money was given back without a request (${refundId})`,
    };
  }
  if (!refund || isDone(refund)) return keepState('no answer is expected');
  if (message instanceof RefundWaits) {
    if (refund.parked !== undefined) return keepState('needs attention: no more requests are sent');
    if (refund.asked < MAX_REPEATS)
      return startStep({ ...refund, asked: refund.asked + 1 }, `no answer while ${refund.step}: asked again`);
    const parked = `no answer while ${refund.step}, asked ${refund.asked + 1} times`;
    const parkedState = { ...state, refunds: { ...refunds, [refundId]: { ...refund, parked } } };
    return { state: parkedState, asks: [], timers: [], note: `needs attention: ${parked} (${refundId})` };
  }
  if (message instanceof OrderRefunded) return startStep({ step: 'refunded', amount: message.body.amount }, 'refunded');
  if (message instanceof OrderRefundFailed) {
    const { owed, reason } = refund.step === 'recording-failure' ? refund : { owed: undefined, reason: undefined };
    return startStep({ step: 'failed', ...(owed && { owed }), ...(reason && { reason }) }, 'failed, and recorded');
  }
  if (refund.step !== 'paying-back') return keepState('received again');
  if (message instanceof PaymentRefunded)
    return startStep({ step: 'recording', amount: message.body.amount, asked: 0 }, 'the money is on its way back');
  const { reason, amount: owed } = message.body;
  return startStep({ step: 'recording-failure', reason, owed, asked: 0 }, `refused: ${reason}`);
}

/**
 * Staff asked for a retry. The requests of open refunds are sent again, and the order is asked to refund what is owed.
 * The saga keeps the owed amount until the order answers, so that a lost request is noticed.
 */
function retry(
  { unrequested: _, ...state }: Refunds,
  { body: { orderId, by, reason } }: RetryRefunds,
): RefundsReaction {
  const asks: Message[] = [];
  const timers: RefundTimer[] = [];
  const next = Object.entries(state.refunds).map(([refundId, refund]): [Uuid, RefundStep] => {
    if (isDone(refund)) return [refundId, refund];
    const { parked: _, ...rest } = refund;
    const again = { ...rest, asked: 0 };
    asks.push(...requestsOf(orderId, refundId, again));
    timers.push(waitsTimer(orderId, refundId, secondsUntilAskedAgain(0)));
    return [refundId, again];
  });
  asks.push(...requestOwed(orderId, state));
  const outcome = asks.length > 0 ? 'asked again' : 'there is no request to repeat';
  const note = `${outcome}, by ${by}${reason === null ? '' : `: ${reason}`}`;
  return { state: { ...state, refunds: Object.fromEntries(next) }, asks, timers, note };
}

function requestOwed(orderId: Uuid, state: Refunds): readonly Message[] {
  const amount = owedAmountOf(state);
  if (amount.amount === 0) return [];
  const [refundId, last] = Object.entries(state.refunds).findLast(([, { step }]) => step === 'failed') ?? [orderId];
  const refusalReason = (last?.step === 'failed' ? last.reason : undefined) ?? 'refused';
  // The key contains the version at which the stream reported the owed amount. So the order accepts one request for
  // each report.
  const idempotencyKey = `refunds:${orderId}:${state.owed?.version ?? refundId}:again`;
  return [new RefundAgain({ orderId, refundId, amount, reason: `again, after: ${refusalReason}`, idempotencyKey })];
}
