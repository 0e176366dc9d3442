import { PaymentDeclined, PaymentTaken, PaymentUnknown, PaymentVoided } from '#contracts/payments';
import { nothing, type Message, type Money, type Sealed, type Uuid } from '#kernel';

/**
 * `open`: nobody knows yet. `taken`, `declined`: the provider has said so. `voiding`: it must not happen, and the
 * provider has not confirmed that yet. `voided`: no money is kept, for certain.
 */
export type PaymentState = 'open' | 'taken' | 'declined' | 'voiding' | 'voided';

/** What to say to the provider next; null: nothing, the payment rests. */
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
  /** The provider may have heard of this payment. It is written before the first call goes out. */
  readonly asked: boolean;
  /** How many charges went out and were answered, or not answered in time. All had the same key. */
  readonly charges: number;
  /** How often in a row nobody could say what became of it. */
  readonly unanswered: number;
  readonly chargeId: string | null;
  readonly refunded: Money;
  /** Why it is voided: on request, because the provider never answered, or because staff settled it by hand. */
  readonly voidedFor: 'request' | 'silence' | 'late-money' | 'by-hand' | null;
  readonly reason: string | null;
}

/** What the provider said, or what its silence amounts to. */
export type Heard =
  | { readonly kind: 'captured'; readonly chargeId: string }
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'no-answer'; readonly reason: string }
  | NotAsked
  | { readonly kind: 'voided'; readonly refunded: Money };

/** The call did not go out. `absent`: the provider is switched off, so nobody here can ask it. */
export interface NotAsked {
  readonly kind: 'not-asked';
  readonly reason: string;
  readonly absent?: boolean;
}

/** What staff found out about the money of a payment whose provider cannot be asked. */
export const foundByHand = ['given-back', 'never-taken', 'unknown'] as const;
export type FoundByHand = (typeof foundByHand)[number];

/** What a finding says of it: what was found, and why, as staff typed it. */
export const foundWords = (found: FoundByHand, reason?: string): string => (reason ? `${found}: ${reason}` : found);

export interface Decision {
  readonly payment: Payment;
  readonly messages: readonly Message[];
}

/** The provider of a card payment when none was switched on. */
export const NO_PROVIDER = 'none';

/** After this many charges that left no trace, the intent is voided rather than tried again. */
const CHARGES = 3;

const backOff = (unanswered: number) => Math.min(200 * 2 ** unanswered, 60_000);

const rests = (payment: Payment): Payment => ({ ...payment, next: null, wait: 0 });
const calls = (payment: Payment, next: ProviderCall, wait: number): Payment => ({ ...payment, next, wait });

/** A fresh intent. Cash is taken over the counter, so it needs no provider. Without a provider a card is declined at once. */
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
 * What an answer makes of the payment; `call` is what was asked, or `webhook`. The same answer twice changes nothing and
 * announces nothing.
 */
export function hear(before: Payment, heard: Heard, call: ProviderCall | 'webhook' = 'find'): Decision {
  const went = call === 'charge' && heard.kind !== 'not-asked';
  const payment = went ? { ...before, charges: before.charges + 1 } : before;
  switch (payment.state) {
    case 'open':
      return whileOpen(payment, heard, call);
    case 'taken':
      // Given back at the provider without us asking: the books follow, and staff see it in the journal.
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

/** Settled by hand while the provider was away; now that it is back it has voided the payment, too. */
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
      // The webhook usually comes first; asked for as long as it does not, less and less often.
      const unanswered = payment.unanswered + 1;
      return { payment: calls({ ...payment, unanswered }, 'find', Math.max(1_000, backOff(unanswered))), messages: [] };
    }
    case 'voided':
      return declined(payment, 'declined', 'voided by the provider');
    case 'not-found':
      // It may still be on its way: repeat under the same key, and in the end void rather than guess.
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
        return { payment: voided, messages: [outcome(voided)!] }; // nobody ever heard of it
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
      // Whatever it was, the void decides.
      return { payment, messages: [] };
  }
}

/** Somebody wants the payment not to happen. What was taken goes back whole. */
export function askToVoid(payment: Payment): Decision {
  switch (payment.state) {
    case 'open': {
      if (!payment.asked) {
        const voided = rests({ ...payment, state: 'voided', voidedFor: 'request' });
        return { payment: voided, messages: [outcome(voided)!] }; // the provider never heard of it
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
 * Staff have looked into the provider's books themselves, because the shop cannot ask it. The order may end now. Money that
 * staff have not given back is still voided at the provider, should it ever be there again.
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

/** Staff settled it without the provider, and now the provider has given money back after all. */
export const isGivenAfterHand = (before: Payment, after: Payment): boolean =>
  before.voidedFor === 'by-hand' && before.refunded.amount === 0 && after.refunded.amount > 0;

/** The message that tells a payment's end again, to whoever asks twice; undefined while there is none. */
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

/** Nobody was asked for the money, and nobody is there to be asked. */
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
