import { sum, type Message, type Money, type Uuid } from '#kernel';
import { OrderRefunded, OrderRefundFailed, OrderRefundRequested } from '#contracts/ordering';
import { PaymentRefunded, RefundPayment, RefundRefused } from '#contracts/payments';
import { RecordRefund, RecordRefundFailure, RefundAgain, RefundWaits, RetryRefunds } from './refunds-messages';

/** How often it was asked again for want of an answer; `parked` once nobody is asked until somebody has looked. */
interface Asking {
  readonly asked: number;
  readonly parked?: string;
}

/** Where one refund stands: asked of the provider, then told to the order. */
export type RefundStep =
  | ({ readonly step: 'paying-back'; readonly amount: Money; readonly reason: string } & Asking)
  | ({ readonly step: 'recording'; readonly amount: Money } & Asking)
  | ({ readonly step: 'recording-failure'; readonly reason: string; readonly owed?: Money } & Asking)
  | { readonly step: 'refunded' }
  /** `owed` is what the customer has not got back and nobody has asked for again; it was not kept at first. */
  | { readonly step: 'failed'; readonly owed?: Money; readonly reason?: string };

/** All refunds of one order, each on its own way. */
export interface Refunds {
  readonly refunds: Readonly<Record<Uuid, RefundStep>>;
  /**
   * What the order's stream said last that is owed, and at which version. Not kept at first: then what each failed refund
   * left is all that is known.
   */
  readonly owed?: { readonly amount: Money; readonly version: number };
}

export type RefundsHear =
  | OrderRefundRequested
  | OrderRefunded
  | OrderRefundFailed
  | PaymentRefunded
  | RefundRefused
  | RefundWaits
  | RetryRefunds;

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

/** How often a request is sent again before somebody has to look. */
export const MOST_ASKED = 8;

const isDone = (refund: RefundStep): refund is Extract<RefundStep, { step: 'refunded' | 'failed' }> =>
  refund.step === 'refunded' || refund.step === 'failed';
export const allDone = ({ refunds }: Refunds): boolean => Object.values(refunds).every(isDone);

/** What is owed as far as the process knows; the order's stream has the last word. */
export function owedBy({ refunds, owed }: Refunds): Money {
  if (owed) return owed.amount;
  const left = Object.values(refunds).map((refund) => (refund.step === 'failed' ? refund.owed : undefined));
  return sum(left.filter((amount) => amount !== undefined));
}

/** Keeps the newest that the stream has said. A message of a build that did not say it leaves what is known. */
function noted(state: Refunds, { body }: RefundsHear): Refunds {
  if (!('owed' in body) || !body.owed || body.version === undefined) return state;
  const { owed: amount, version } = body;
  if (state.owed && state.owed.version >= version) return state;
  return { ...state, owed: { amount, version } };
}

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
export function hearOfRefund(before: Refunds, heard: RefundsHear): RefundsHeard {
  const state = noted(before, heard);
  if (heard instanceof RetryRefunds) return retried(state, heard);
  const { refunds } = state;
  const { orderId, refundId } = heard.body;
  const refund = refunds[refundId];
  const stay = (note: string): RefundsHeard => ({ state, asks: [], timers: [], note });
  const go = (next: RefundStep, note: string): RefundsHeard => ({
    state: { ...state, refunds: { ...refunds, [refundId]: next } },
    asks: asksOf(orderId, refundId, next),
    timers: [waits(orderId, refundId, 'asked' in next ? patience(next.asked) : null)],
    note: `${note} (${refundId})`,
  });

  if (heard instanceof OrderRefundRequested) {
    const { amount, reason } = heard.body;
    return refund ? stay('asked for again') : go({ step: 'paying-back', amount, reason, asked: 0 }, 'refund asked for');
  }
  if (!refund || isDone(refund)) return stay('nothing is waited for');
  if (heard instanceof RefundWaits) {
    if (refund.parked !== undefined) return stay('needs attention, and is asked no more');
    if (refund.asked < MOST_ASKED)
      return go({ ...refund, asked: refund.asked + 1 }, `no answer while ${refund.step}: asked again`);
    const parked = `no answer while ${refund.step}, asked ${refund.asked + 1} times`;
    const left = { ...state, refunds: { ...refunds, [refundId]: { ...refund, parked } } };
    return { state: left, asks: [], timers: [], note: `needs attention: ${parked} (${refundId})` };
  }
  if (heard instanceof OrderRefunded) return go({ step: 'refunded' }, 'refunded');
  if (heard instanceof OrderRefundFailed) {
    const { owed, reason } = refund.step === 'recording-failure' ? refund : { owed: undefined, reason: undefined };
    return go({ step: 'failed', ...(owed && { owed }), ...(reason && { reason }) }, 'failed, and noted');
  }
  if (refund.step !== 'paying-back') return stay('heard again');
  if (heard instanceof PaymentRefunded)
    return go({ step: 'recording', amount: heard.body.amount, asked: 0 }, 'the money is on its way back');
  const { reason, amount: owed } = heard.body;
  return go({ step: 'recording-failure', reason, owed, asked: 0 }, `refused: ${reason}`);
}

/**
 * Somebody has looked: what is open is asked again, and what is owed is wanted of the order once more. It stays owed here
 * until the order has answered, so that it is seen should the request be lost.
 */
function retried(state: Refunds, { body: { orderId, by, reason } }: RetryRefunds): RefundsHeard {
  const asks: Message[] = [];
  const timers: RefundTimer[] = [];
  const next = Object.entries(state.refunds).map(([refundId, refund]): [Uuid, RefundStep] => {
    if (isDone(refund)) return [refundId, refund];
    const { parked: _, ...rest } = refund;
    const again = { ...rest, asked: 0 };
    asks.push(...asksOf(orderId, refundId, again));
    timers.push(waits(orderId, refundId, patience(0)));
    return [refundId, again];
  });
  asks.push(...wantedAgain(orderId, state));
  const what = asks.length > 0 ? 'asked again' : 'nothing to ask again';
  const note = `${what}, by ${by}${reason === null ? '' : `: ${reason}`}`;
  return { state: { ...state, refunds: Object.fromEntries(next) }, asks, timers, note };
}

function wantedAgain(orderId: Uuid, state: Refunds): readonly Message[] {
  const amount = owedBy(state);
  if (amount.amount === 0) return [];
  const [refundId, last] = Object.entries(state.refunds).findLast(([, { step }]) => step === 'failed') ?? [orderId];
  const why = (last?.step === 'failed' ? last.reason : undefined) ?? 'refused';
  // One request for each time that something came to be owed: the order takes the same one once.
  const idempotencyKey = `refunds:${orderId}:${state.owed?.version ?? refundId}:again`;
  return [new RefundAgain({ orderId, refundId, amount, reason: `again, after: ${why}`, idempotencyKey })];
}
