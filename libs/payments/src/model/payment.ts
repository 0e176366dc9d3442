import { PaymentDeclined, PaymentTaken, PaymentUnknown, PaymentVoided } from '#contracts/payments';
import { nothing, type Message, type Money, type Sealed, type Uuid } from '#kernel';
import { backOff } from './back-off';

/**
 * `open`: the result is not known yet. `taken`, `declined`: the provider has said so. `voiding`: it must not happen,
 * and the provider has not confirmed that yet. `voided`: no money is kept, for certain.
 */
export type PaymentState = 'open' | 'taken' | 'declined' | 'voiding' | 'voided';

/** The next call to the provider; null if there is none. */
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
  /** The provider may know of this payment. This is written before the first call goes out. */
  readonly asked: boolean;
  /** How many charges went out and were answered, or not answered in time. All had the same key. */
  readonly charges: number;
  /** How often in a row its result could not be found out. */
  readonly unanswered: number;
  readonly chargeId: string | null;
  readonly refunded: Money;
  /** Why it is voided: on request, because the provider never answered, or because staff settled it by hand. */
  readonly voidedFor: 'request' | 'silence' | 'late-money' | 'by-hand' | null;
  readonly reason: string | null;
}

/** What the provider said, or what its missing answer means. */
export type Heard =
  | { readonly kind: 'captured'; readonly chargeId: string }
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'no-answer'; readonly reason: string }
  | NotAsked
  | { readonly kind: 'voided'; readonly refunded: Money };

/** The call did not go out. `absent`: the provider is switched off, so it cannot be asked. */
export interface NotAsked {
  readonly kind: 'not-asked';
  readonly reason: string;
  readonly absent?: boolean;
}

/** What staff found out about the money of a payment whose provider cannot be asked. */
export const foundByHand = ['given-back', 'never-taken', 'unknown'] as const;
export type FoundByHand = (typeof foundByHand)[number];

/** The text of a finding: what was found out, and why, as staff typed it. */
export const foundWords = (found: FoundByHand, reason?: string): string => (reason ? `${found}: ${reason}` : found);

export interface Decision {
  readonly payment: Payment;
  readonly messages: readonly Message[];
}

/** The provider of a card payment if none is switched on. */
export const NO_PROVIDER = 'none';

/** After this many charges without a trace, the payment is voided instead of charged again. */
const CHARGES = 3;

const rests = (payment: Payment): Payment => ({ ...payment, next: null, wait: 0 });
const calls = (payment: Payment, next: ProviderCall, wait: number): Payment => ({ ...payment, next, wait });

/**
 * A new payment. Cash is taken over the counter, so it needs no provider. Without a provider, a card is declined at
 * once.
 */
export function intend(asked: Pick<Payment, 'id' | 'orderId' | 'amount' | 'method' | 'provider' | 'token'>): Decision {
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
  if (asked.method === 'cash') return taken(payment, null);
  return asked.provider === NO_PROVIDER ? neverAsked(payment) : { payment, messages: [] };
}

/**
 * What an answer changes in the payment. `call` is the call that was answered, or `webhook`. The same answer twice
 * changes nothing and announces nothing.
 */
export function hear(before: Payment, heard: Heard, call: ProviderCall | 'webhook' = 'find'): Decision {
  const went = call === 'charge' && heard.kind !== 'not-asked';
  const payment = went ? { ...before, charges: before.charges + 1 } : before;
  switch (payment.state) {
    case 'open':
      return whileOpen(payment, heard, call);
    case 'taken':
      // The provider gave it back without our request: the books stay, and staff see it in the journal.
      return { payment, messages: [] };
    case 'declined':
    case 'voided':
      return afterTheEnd(payment, heard);
    case 'voiding':
      return whileVoiding(payment, heard);
  }
}

/** Money that arrives after the end goes back, once. */
function afterTheEnd(payment: Payment, heard: Heard): Decision {
  if (heard.kind === 'voided') return heardAfterHand(payment, heard.refunded);
  if (heard.kind === 'no-answer' || heard.kind === 'not-asked') return askedLater(payment, heard);
  if (heard.kind !== 'captured') return { payment, messages: [] };
  const { chargeId } = heard;
  // This charge was given back when the payment was voided; only its id was not known yet.
  if (payment.refunded.amount > 0)
    return { payment: { ...payment, chargeId: payment.chargeId ?? chargeId }, messages: [] };
  if (payment.chargeId === chargeId) return { payment, messages: [] };
  return {
    payment: calls({ ...payment, state: 'voiding', chargeId, voidedFor: 'late-money' }, 'void', 0),
    messages: [],
  };
}

/** Staff settled it while the provider was away. Now the provider answers again and has voided the payment too. */
function heardAfterHand(payment: Payment, refunded: Money): Decision {
  if (payment.voidedFor !== 'by-hand' || payment.next === null) return { payment, messages: [] };
  const voided = rests({ ...payment, refunded, unanswered: 0 });
  return { payment: voided, messages: refunded.amount > 0 ? [outcome(voided)!] : [] };
}

function askedLater(payment: Payment, { reason }: { readonly reason: string }): Decision {
  if (payment.next === null) return { payment, messages: [] };
  const unanswered = payment.unanswered + 1;
  return { payment: calls({ ...payment, unanswered, reason }, payment.next, backOff(unanswered)), messages: [] };
}

function whileOpen(payment: Payment, heard: Heard, call: ProviderCall | 'webhook'): Decision {
  switch (heard.kind) {
    case 'not-asked': {
      if (heard.absent && !payment.asked) return neverAsked(payment);
      const { reason } = heard;
      const unanswered = payment.unanswered + 1;
      const next = call === 'charge' && !payment.asked ? 'charge' : 'find';
      return {
        payment: calls({ ...payment, unanswered, reason }, next, backOff(unanswered)),
        messages: payment.asked && unanswered === 1 ? [unknown(payment, reason)] : [],
      };
    }
    case 'captured':
      return taken(payment, heard.chargeId);
    case 'declined':
      return declined(payment, 'declined', heard.reason);
    case 'accepted': {
      // Usually the webhook comes first. Until then the provider is asked less and less often.
      const unanswered = payment.unanswered + 1;
      return { payment: calls({ ...payment, unanswered }, 'find', Math.max(1_000, backOff(unanswered))), messages: [] };
    }
    case 'voided':
      return declined(payment, 'declined', 'voided by the provider');
    case 'not-found':
      // It may still be on its way: repeat with the same key, and in the end void instead of guessing.
      if (payment.charges < CHARGES)
        return { payment: calls(payment, 'charge', backOff(payment.charges)), messages: [] };
      return { payment: calls({ ...payment, state: 'voiding', voidedFor: 'silence' }, 'void', 0), messages: [] };
    case 'no-answer': {
      const unanswered = payment.unanswered + 1;
      return {
        payment: calls({ ...payment, unanswered, reason: heard.reason }, 'find', backOff(unanswered - 1)),
        messages: unanswered === 1 ? [unknown(payment, heard.reason)] : [],
      };
    }
  }
}

function whileVoiding(payment: Payment, heard: Heard): Decision {
  switch (heard.kind) {
    case 'voided': {
      const voided = rests({ ...payment, state: 'voided', refunded: heard.refunded, unanswered: 0 });
      if (payment.voidedFor !== 'silence') return { payment: voided, messages: [outcome(voided)!] };
      return declined(voided, 'unavailable', 'the payment provider did not answer');
    }
    case 'no-answer':
    case 'not-asked': {
      if (heard.kind === 'not-asked' && heard.absent && !payment.asked) {
        const voided = rests({ ...payment, state: 'voided' });
        return { payment: voided, messages: [outcome(voided)!] }; // no provider ever knew of it
      }
      const unanswered = payment.unanswered + 1;
      return {
        payment: calls({ ...payment, unanswered, reason: heard.reason }, 'void', backOff(unanswered)),
        messages: unanswered === 1 ? [unknown(payment, heard.reason)] : [],
      };
    }
    case 'captured':
      return { payment: { ...payment, chargeId: payment.chargeId ?? heard.chargeId }, messages: [] };
    default:
      // The void decides, whatever this answer was.
      return { payment, messages: [] };
  }
}

/** The payment must not happen. What was taken goes back completely. */
export function askToVoid(payment: Payment): Decision {
  switch (payment.state) {
    case 'open': {
      if (!payment.asked) {
        const voided = rests({ ...payment, state: 'voided', voidedFor: 'request' });
        return { payment: voided, messages: [outcome(voided)!] }; // the provider never knew of it
      }
      return {
        payment: calls({ ...payment, state: 'voiding', voidedFor: 'request', unanswered: 0 }, 'void', 0),
        messages: [],
      };
    }
    case 'taken': {
      if (payment.method === 'card')
        return {
          payment: calls({ ...payment, state: 'voiding', voidedFor: 'request', unanswered: 0 }, 'void', 0),
          messages: [],
        };
      const voided = rests({ ...payment, state: 'voided', refunded: payment.amount, voidedFor: 'request' });
      return { payment: voided, messages: [outcome(voided)!] };
    }
    case 'declined': {
      const voided = rests({ ...payment, state: 'voided', voidedFor: 'request' });
      return { payment: voided, messages: [outcome(voided)!] };
    }
    case 'voiding':
      return { payment: { ...payment, voidedFor: 'request' }, messages: [] };
    case 'voided':
      return { payment, messages: [outcome(payment)!] };
  }
}

/**
 * Staff have looked into the provider's books, because the shop cannot ask it. The order may end now. Money that
 * staff have not given back is still voided at the provider if it ever answers again.
 */
export function settleByHand(payment: Payment, found: FoundByHand): Decision {
  if (payment.state !== 'open' && payment.state !== 'voiding') {
    const told = outcome(payment);
    return { payment, messages: told ? [told] : [] };
  }
  const back = found === 'given-back';
  const ended: Payment = {
    ...payment,
    ...{ state: 'voided', voidedFor: 'by-hand', unanswered: 0, reason: `settled by hand: ${found}` },
    refunded: back ? payment.amount : payment.refunded,
  };
  const voided = back || !payment.asked ? rests(ended) : calls(ended, 'void', 60_000);
  return { payment: voided, messages: [outcome(voided)!] };
}

/** Staff settled it without the provider, and now the provider has given money back. */
export const isGivenAfterHand = (before: Payment, after: Payment): boolean =>
  before.voidedFor === 'by-hand' && before.refunded.amount === 0 && after.refunded.amount > 0;

/** The message of a payment's end, to repeat on request; undefined while there is none. */
export function outcome(payment: Payment): Message | undefined {
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
      // Cash that was only owed was never taken.
      return new PaymentVoided({ orderId, refunded: method === 'cash' ? nothing : payment.refunded });
    case 'open':
    case 'voiding':
      return undefined;
  }
}

const unknown = ({ orderId, id: paymentId, charges: attempts }: Payment, reason: string) =>
  new PaymentUnknown({ orderId, paymentId, attempts, reason });

/** No provider was asked for the money, and there is none to ask. */
const neverAsked = (payment: Payment): Decision =>
  declined(payment, 'unavailable', 'no provider that takes cards is switched on');

function taken(payment: Payment, chargeId: string | null): Decision {
  const paid = rests({ ...payment, state: 'taken', chargeId, unanswered: 0 });
  return { payment: paid, messages: [outcome(paid)!] };
}

function declined(payment: Payment, code: 'declined' | 'unavailable', reason: string): Decision {
  const refused = rests({
    ...payment,
    state: 'declined',
    reason,
    voidedFor: code === 'unavailable' ? 'silence' : null,
  });
  return { payment: refused, messages: [outcome(refused)!] };
}
