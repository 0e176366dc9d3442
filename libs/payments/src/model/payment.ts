import { PaymentDeclined, PaymentTaken, PaymentUnknown, PaymentVoided } from '#contracts/payments';
import { nothing, type Message, type Money, type Sealed, type Uuid } from '#kernel';
import { backOff } from './back-off';

/**
 * `open`: the result is not known yet. `taken`, `declined`: the payment has this result. `voiding`: the provider must
 * void the payment, and has not confirmed the void yet. `voided`: the shop certainly keeps no money.
 */
export type PaymentState = 'open' | 'taken' | 'declined' | 'voiding' | 'voided';

/** The next call to the provider. */
export type ProviderCall = 'charge' | 'find' | 'void';

export interface Payment {
  readonly id: Uuid;
  readonly orderId: Uuid;
  readonly amount: Money;
  readonly method: 'card' | 'cash';
  readonly provider: string;
  readonly token: Sealed | null;
  readonly state: PaymentState;
  readonly next: ProviderCall | null;
  /** In how many milliseconds the next call is due. */
  readonly wait: number;
  /** Whether the provider may know this payment. It is set to true before the first call is sent. */
  readonly asked: boolean;
  /** How many charge calls were sent and have ended, with or without an answer. All these calls had the same key. */
  readonly charges: number;
  /** How many calls in a row did not give a result. */
  readonly unanswered: number;
  readonly chargeId: string | null;
  readonly refunded: Money;
  /**
   * `silence`: the provider did not answer. `late-money`: money came after the payment had ended. `by-hand`: staff
   * settled the payment.
   */
  readonly voidedFor: 'request' | 'silence' | 'late-money' | 'by-hand' | null;
  readonly reason: string | null;
}

/** The provider's answer to a call, or the reason why there is no answer. */
export type ProviderAnswer =
  | { readonly kind: 'captured'; readonly chargeId: string }
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'no-answer'; readonly reason: string }
  | NotAsked
  | { readonly kind: 'voided'; readonly refunded: Money };

/** The call was not sent. `absent`: the provider is switched off. */
export interface NotAsked {
  readonly kind: 'not-asked';
  readonly reason: string;
  readonly absent?: boolean;
}

/** What staff found out about the money of a payment whose provider does not respond. */
export const foundByHand = ['given-back', 'never-taken', 'unknown'] as const;
export type MoneyOutcome = (typeof foundByHand)[number];

/** The text of a finding: what staff found out, and the reason that they typed. */
export const describeFound = (found: MoneyOutcome, reason?: string): string => (reason ? `${found}: ${reason}` : found);

export interface Decision {
  readonly payment: Payment;
  readonly messages: readonly Message[];
}

/** The provider name of a card payment if no provider is switched on. */
export const NO_PROVIDER = 'none';

/** If the provider does not know the payment after this many charges, the payment is voided and not charged again. */
const MAX_CHARGES = 3;

const withoutCall = (payment: Payment): Payment => ({ ...payment, next: null, wait: 0 });
const withCall = (payment: Payment, next: ProviderCall, wait: number): Payment => ({ ...payment, next, wait });

/**
 * A new payment. Cash is paid in the shop, so it needs no provider. If there is no provider, a card payment is declined
 * at once.
 */
export function createPayment(
  asked: Pick<Payment, 'id' | 'orderId' | 'amount' | 'method' | 'provider' | 'token'>,
): Decision {
  const payment: Payment = {
    ...asked,
    state: 'open',
    next: 'charge',
    wait: 0,
    asked: asked.method === 'card' && asked.provider !== NO_PROVIDER,
    charges: 0,
    unanswered: 0,
    chargeId: null,
    refunded: nothing,
    voidedFor: null,
    reason: null,
  };
  if (asked.method === 'cash') return markTaken(payment, null);
  return asked.provider === NO_PROVIDER ? declineWithoutProvider(payment) : { payment, messages: [] };
}

/**
 * What an answer changes in the payment. `call` is the call that was answered, or `webhook`. If an answer that ends the
 * payment is repeated, nothing changes and no message is sent.
 */
export function applyAnswer(
  before: Payment,
  answer: ProviderAnswer,
  call: ProviderCall | 'webhook' = 'find',
): Decision {
  const isChargeAttempt = call === 'charge' && answer.kind !== 'not-asked';
  const payment = isChargeAttempt ? { ...before, charges: before.charges + 1 } : before;
  switch (payment.state) {
    case 'open':
      return applyWhileOpen(payment, answer, call);
    case 'taken':
      // The provider can have given the money back without a request. The payment does not change then, but staff see
      // the answer in the journal.
      return { payment, messages: [] };
    case 'declined':
    case 'voided':
      return applyAfterEnd(payment, answer);
    case 'voiding':
      return applyWhileVoiding(payment, answer);
  }
}

/** Money that arrives after the payment has ended is given back, once. */
function applyAfterEnd(payment: Payment, answer: ProviderAnswer): Decision {
  if (answer.kind === 'voided') return applyLateVoid(payment, answer.refunded);
  if (answer.kind === 'no-answer' || answer.kind === 'not-asked') return callLater(payment, answer);
  if (answer.kind !== 'captured') return { payment, messages: [] };
  const { chargeId } = answer;
  // This charge was given back when the payment was voided. The id of the charge was not known at that time.
  if (payment.refunded.amount > 0)
    return { payment: { ...payment, chargeId: payment.chargeId ?? chargeId }, messages: [] };
  if (payment.chargeId === chargeId) return { payment, messages: [] };
  return {
    payment: withCall({ ...payment, state: 'voiding', chargeId, voidedFor: 'late-money' }, 'void', 0),
    messages: [],
  };
}

/** Staff settled the payment while the provider was unreachable. Now the provider has voided it too. */
function applyLateVoid(payment: Payment, refunded: Money): Decision {
  if (payment.voidedFor !== 'by-hand' || payment.next === null) return { payment, messages: [] };
  const voided = withoutCall({ ...payment, refunded, unanswered: 0 });
  return { payment: voided, messages: refunded.amount > 0 ? [outcomeMessage(voided)!] : [] };
}

function callLater(payment: Payment, { reason }: { readonly reason: string }): Decision {
  if (payment.next === null) return { payment, messages: [] };
  const unanswered = payment.unanswered + 1;
  return { payment: withCall({ ...payment, unanswered, reason }, payment.next, backOff(unanswered)), messages: [] };
}

function applyWhileOpen(payment: Payment, answer: ProviderAnswer, call: ProviderCall | 'webhook'): Decision {
  switch (answer.kind) {
    case 'not-asked': {
      if (answer.absent && !payment.asked) return declineWithoutProvider(payment);
      const { reason } = answer;
      const unanswered = payment.unanswered + 1;
      const next = call === 'charge' && !payment.asked ? 'charge' : 'find';
      return {
        payment: withCall({ ...payment, unanswered, reason }, next, backOff(unanswered)),
        messages: payment.asked && unanswered === 1 ? [unknownMessage(payment, reason)] : [],
      };
    }
    case 'captured':
      return markTaken(payment, answer.chargeId);
    case 'declined':
      return markDeclined(payment, 'declined', answer.reason);
    case 'accepted': {
      // Usually a webhook brings the result. Until the webhook comes, the shop asks the provider less and less often.
      const unanswered = payment.unanswered + 1;
      const wait = Math.max(1_000, backOff(unanswered));
      return { payment: withCall({ ...payment, unanswered }, 'find', wait), messages: [] };
    }
    case 'voided':
      return markDeclined(payment, 'declined', 'voided by the provider');
    case 'not-found':
      // The charge call can still be on its way, so it is repeated with the same key. After the last attempt the
      // payment is voided.
      if (payment.charges < MAX_CHARGES)
        return { payment: withCall(payment, 'charge', backOff(payment.charges)), messages: [] };
      return { payment: withCall({ ...payment, state: 'voiding', voidedFor: 'silence' }, 'void', 0), messages: [] };
    case 'no-answer': {
      const unanswered = payment.unanswered + 1;
      return {
        payment: withCall({ ...payment, unanswered, reason: answer.reason }, 'find', backOff(unanswered - 1)),
        messages: unanswered === 1 ? [unknownMessage(payment, answer.reason)] : [],
      };
    }
  }
}

function applyWhileVoiding(payment: Payment, answer: ProviderAnswer): Decision {
  switch (answer.kind) {
    case 'voided': {
      const voided = withoutCall({ ...payment, state: 'voided', refunded: answer.refunded, unanswered: 0 });
      if (payment.voidedFor !== 'silence') return { payment: voided, messages: [outcomeMessage(voided)!] };
      return markDeclined(voided, 'unavailable', 'the payment provider did not answer');
    }
    case 'no-answer':
    case 'not-asked': {
      if (answer.kind === 'not-asked' && answer.absent && !payment.asked) {
        const voided = withoutCall({ ...payment, state: 'voided' });
        return { payment: voided, messages: [outcomeMessage(voided)!] }; // no provider was ever asked
      }
      const unanswered = payment.unanswered + 1;
      return {
        payment: withCall({ ...payment, unanswered, reason: answer.reason }, 'void', backOff(unanswered)),
        messages: unanswered === 1 ? [unknownMessage(payment, answer.reason)] : [],
      };
    }
    case 'captured':
      return { payment: { ...payment, chargeId: payment.chargeId ?? answer.chargeId }, messages: [] };
    default:
      // While the payment is being voided, only the answer to the void counts.
      return { payment, messages: [] };
  }
}

/** Voids the payment. Money that was taken is given back completely. */
export function voidPayment(payment: Payment): Decision {
  switch (payment.state) {
    case 'open': {
      if (!payment.asked) {
        const voided = withoutCall({ ...payment, state: 'voided', voidedFor: 'request' });
        return { payment: voided, messages: [outcomeMessage(voided)!] }; // the provider was never asked
      }
      return {
        payment: withCall({ ...payment, state: 'voiding', voidedFor: 'request', unanswered: 0 }, 'void', 0),
        messages: [],
      };
    }
    case 'taken': {
      if (payment.method === 'card')
        return {
          payment: withCall({ ...payment, state: 'voiding', voidedFor: 'request', unanswered: 0 }, 'void', 0),
          messages: [],
        };
      const voided = withoutCall({ ...payment, state: 'voided', refunded: payment.amount, voidedFor: 'request' });
      return { payment: voided, messages: [outcomeMessage(voided)!] };
    }
    case 'declined': {
      const voided = withoutCall({ ...payment, state: 'voided', voidedFor: 'request' });
      return { payment: voided, messages: [outcomeMessage(voided)!] };
    }
    case 'voiding':
      return { payment: { ...payment, voidedFor: 'request' }, messages: [] };
    case 'voided':
      return { payment, messages: [outcomeMessage(payment)!] };
  }
}

/**
 * Staff have looked into the provider's books, because the shop cannot reach the provider. The order can end now. If
 * the money was not given back, the shop still tries to void the payment at the provider.
 */
export function settleByHand(payment: Payment, found: MoneyOutcome): Decision {
  if (payment.state !== 'open' && payment.state !== 'voiding') {
    const message = outcomeMessage(payment);
    return { payment, messages: message ? [message] : [] };
  }
  const isGivenBack = found === 'given-back';
  const ended: Payment = {
    ...payment,
    ...{ state: 'voided', voidedFor: 'by-hand', unanswered: 0, reason: `settled by hand: ${found}` },
    refunded: isGivenBack ? payment.amount : payment.refunded,
  };
  const voided = isGivenBack || !payment.asked ? withoutCall(ended) : withCall(ended, 'void', 60_000);
  return { payment: voided, messages: [outcomeMessage(voided)!] };
}

/** Whether staff settled the payment without the provider, and now the provider has given money back. */
export const isReturnedAfterSettling = (before: Payment, after: Payment): boolean =>
  before.voidedFor === 'by-hand' && before.refunded.amount === 0 && after.refunded.amount > 0;

/**
 * The message that reports the payment's result; undefined while there is no result. A repeated request gets the
 * message again.
 */
export function outcomeMessage(payment: Payment): Message | undefined {
  const { orderId, id: paymentId, amount, method, provider, chargeId } = payment;
  switch (payment.state) {
    case 'taken':
      return new PaymentTaken({ orderId, paymentId, amount, method, provider, chargeId });
    case 'declined':
      return new PaymentDeclined({
        orderId,
        paymentId,
        code: payment.voidedFor === 'silence' ? 'unavailable' : 'declined',
        reason: payment.reason ?? 'declined',
        ...(payment.refunded.amount > 0 && { reversed: payment.refunded }),
      });
    case 'voided':
      // The shop takes cash when it hands the order over, so there is nothing to give back.
      return new PaymentVoided({ orderId, refunded: method === 'cash' ? nothing : payment.refunded });
    case 'open':
    case 'voiding':
      return undefined;
  }
}

const unknownMessage = ({ orderId, id: paymentId, charges: attempts }: Payment, reason: string) =>
  new PaymentUnknown({ orderId, paymentId, attempts, reason });

/** No provider was asked for the money, because no provider is switched on. */
const declineWithoutProvider = (payment: Payment): Decision =>
  markDeclined(payment, 'unavailable', 'no provider that takes cards is switched on');

function markTaken(payment: Payment, chargeId: string | null): Decision {
  const paid = withoutCall({ ...payment, state: 'taken', chargeId, unanswered: 0 });
  return { payment: paid, messages: [outcomeMessage(paid)!] };
}

function markDeclined(payment: Payment, code: 'declined' | 'unavailable', reason: string): Decision {
  const refused = withoutCall({
    ...payment,
    state: 'declined',
    reason,
    voidedFor: code === 'unavailable' ? 'silence' : null,
  });
  return { payment: refused, messages: [outcomeMessage(refused)!] };
}
