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
  /** How often the charge was asked for, always under the same key. */
  readonly charges: number;
  /** How often in a row nobody could say what became of it. */
  readonly unanswered: number;
  readonly chargeId: string | null;
  readonly refunded: Money;
  /** Why it is voided: on request, or because the provider never answered. */
  readonly voidedFor: 'request' | 'silence' | 'late-money' | null;
  readonly reason: string | null;
}

/** What the provider said, or what its silence amounts to. */
export type Heard =
  | { readonly kind: 'captured'; readonly chargeId: string }
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'no-answer'; readonly reason: string }
  | { readonly kind: 'voided'; readonly refunded: Money };

export interface Decision {
  readonly payment: Payment;
  readonly messages: readonly Message[];
}

/** After this many charges that left no trace, the intent is voided rather than tried again. */
const CHARGES = 3;

const backOff = (unanswered: number) => Math.min(200 * 2 ** unanswered, 60_000);

const rests = (payment: Payment): Payment => ({ ...payment, next: null, wait: 0 });
const calls = (payment: Payment, next: ProviderCall, wait: number): Payment => ({ ...payment, next, wait });

/** A fresh intent. Cash is taken over the counter, so it needs nobody's leave. */
export function intend(asked: Pick<Payment, 'id' | 'orderId' | 'amount' | 'method' | 'provider' | 'token'>): Decision {
  const payment: Payment = {
    ...asked,
    state: 'open',
    next: 'charge',
    wait: 0,
    charges: 0,
    unanswered: 0,
    chargeId: null,
    refunded: nothing,
    voidedFor: null,
    reason: null,
  };
  return asked.method === 'cash' ? taken(payment, null) : { payment, messages: [] };
}

/** What the provider's answer makes of the payment. The same answer twice changes nothing and announces nothing. */
export function hear(payment: Payment, heard: Heard): Decision {
  switch (payment.state) {
    case 'open':
      return whileOpen(payment, heard);
    case 'taken':
      // Given back at the provider without us asking: the books follow, and staff see it in the journal.
      return { payment, messages: [] };
    case 'declined':
    case 'voided':
      if (heard.kind !== 'captured') return { payment, messages: [] };
      // Money that arrives after the end goes back.
      return {
        payment: calls({ ...payment, state: 'voiding', chargeId: heard.chargeId, voidedFor: 'late-money' }, 'void', 0),
        messages: [],
      };
    case 'voiding':
      return whileVoiding(payment, heard);
  }
}

function whileOpen(payment: Payment, heard: Heard): Decision {
  switch (heard.kind) {
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
        messages:
          unanswered === 1
            ? [new PaymentUnknown({ orderId: payment.orderId, paymentId: payment.id, attempts: payment.charges })]
            : [],
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
    case 'no-answer': {
      const unanswered = payment.unanswered + 1;
      return {
        payment: calls({ ...payment, unanswered, reason: heard.reason }, 'void', backOff(unanswered)),
        messages: [],
      };
    }
    default:
      // Whatever it was, the void decides.
      return { payment, messages: [] };
  }
}

/** Somebody wants the payment not to happen. What was taken goes back whole. */
export function askToVoid(payment: Payment): Decision {
  switch (payment.state) {
    case 'open':
      return {
        payment: calls({ ...payment, state: 'voiding', voidedFor: 'request', unanswered: 0 }, 'void', 0),
        messages: [],
      };
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
      });
    case 'voided':
      return new PaymentVoided({ orderId, refunded: payment.refunded });
    case 'open':
    case 'voiding':
      return undefined;
  }
}

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
