import { sum, type Message, type Money, type Uuid } from '#kernel';
import { RefundPayment } from '#contracts/payments';
import { RecordRefund, RecordRefundFailure, RefundWaits } from './refunds-messages';

/**
 * A step that waits for an answer. `asked`: how often its request was repeated, because no answer came. `parked` is set
 * when the repeats have ended. Nothing more is sent until staff act.
 */
interface Asking {
  readonly asked: number;
  readonly parked?: string;
}

/** The step of one refund: first the context `payments` gives the money back, then the order records the result. */
export type RefundStep =
  | ({ readonly step: 'paying-back'; readonly amount: Money; readonly reason: string } & Asking)
  | ({ readonly step: 'recording'; readonly amount: Money } & Asking)
  | ({ readonly step: 'recording-failure'; readonly reason: string; readonly owed?: Money } & Asking)
  /** Older sagas did not store the amount. */
  | { readonly step: 'refunded'; readonly amount?: Money }
  /**
   * `owed` is the amount that the customer did not get back, as long as nobody has requested it again. Older sagas did
   * not store it.
   */
  | { readonly step: 'failed'; readonly owed?: Money; readonly reason?: string };

/** All refunds of one order. Each has its own step. */
export interface Refunds {
  readonly refunds: Readonly<Record<Uuid, RefundStep>>;
  /**
   * The owed amount that the order's stream last reported, and the version of the stream at that time. In older sagas
   * this field is missing. Then only the owed amounts of the failed refunds are known.
   */
  readonly owed?: { readonly amount: Money; readonly version: number };
  /** Money that the context `payments` gave back although no refund of the order had requested it. */
  readonly unrequested?: Money;
}

export interface RefundTimer {
  readonly name: string;
  /** Null cancels the timer. */
  readonly afterSeconds: number | null;
  readonly message: Message;
}
export interface RefundsReaction {
  readonly state: Refunds;
  readonly asks: readonly Message[];
  readonly timers: readonly RefundTimer[];
  readonly note: string;
}

export const noRefunds: Refunds = { refunds: {} };

const allSteps: Readonly<Record<RefundStep['step'], true>> = {
  ...{ 'paying-back': true, recording: true, 'recording-failure': true, refunded: true, failed: true },
};

/** False if a refund is in a step that a newer build has added. */
export const areKnownRefunds = ({ refunds }: Refunds): boolean =>
  Object.values(refunds).every(({ step }) => Object.hasOwn(allSteps, step));

export const isDone = (refund: RefundStep): refund is Extract<RefundStep, { step: 'refunded' | 'failed' }> =>
  refund.step === 'refunded' || refund.step === 'failed';
export const areAllDone = ({ refunds }: Refunds): boolean => Object.values(refunds).every(isDone);

/** The money that is owed, as far as the saga knows. The order's stream decides what is owed. */
export function owedAmountOf({ refunds, owed }: Refunds): Money {
  if (owed) return owed.amount;
  const owedAmounts = Object.values(refunds).map((refund) => (refund.step === 'failed' ? refund.owed : undefined));
  return sum(owedAmounts.filter((amount) => amount !== undefined));
}

/** The requests of each step. The requests are the same every time, so a repeat does no harm. */
export function requestsOf(orderId: Uuid, refundId: Uuid, refund: RefundStep): readonly Message[] {
  const idempotencyKey = `refunds:${orderId}:${refundId}:${refund.step}`;
  switch (refund.step) {
    case 'paying-back': {
      const { amount, reason } = refund;
      return [new RefundPayment({ orderId, refundId, amount, reason, idempotencyKey })];
    }
    case 'recording':
      return [new RecordRefund({ orderId, refundId, amount: refund.amount, idempotencyKey })];
    case 'recording-failure': {
      const { reason, owed: amount } = refund;
      return [new RecordRefundFailure({ orderId, refundId, reason, ...(amount && { amount }), idempotencyKey })];
    }
    case 'refunded':
    case 'failed':
      return [];
  }
}

export const waitsTimer = (orderId: Uuid, refundId: Uuid, afterSeconds: number | null): RefundTimer => ({
  name: `refund-waits:${refundId}`,
  afterSeconds,
  message: new RefundWaits({ orderId, refundId }),
});
