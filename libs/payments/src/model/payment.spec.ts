import { vnd } from '#kernel';
import fc from 'fast-check';
import {
  askToVoid,
  hear,
  intend,
  isGivenAfterHand,
  settleByHand,
  type Decision,
  type Heard,
  type Payment,
  type ProviderCall,
  foundWords,
} from './payment';

const asked = {
  id: '019ab3c4-0000-7000-8000-000000000001',
  orderId: '019ab3c4-0000-7000-8000-000000000002',
  amount: vnd(90_000),
  provider: 'sandbox',
  token: null,
};
const card = intend({ ...asked, method: 'card' }).payment;
const captured: Heard = { kind: 'captured', chargeId: 'ch_1' };
const silence: Heard = { kind: 'no-answer', reason: 'time-out' };
const said = ({ messages }: Decision) => messages.map((message) => (message.constructor as { name: string }).name);
const after = (payment: Payment, ...heard: Heard[]): Payment =>
  heard.reduce((state, each) => hear(state, each).payment, payment);

describe('Taking a payment', () => {
  it('begins with a charge at the provider', () => {
    expect(card).toMatchObject({ state: 'open', next: 'charge', charges: 0 });
  });

  it('in cash needs nobody', () => {
    const cash = intend({ ...asked, method: 'cash' });
    expect(cash.payment).toMatchObject({ state: 'taken', next: null });
    expect(said(cash)).toEqual(['PaymentTaken']);
  });

  it('is taken once, however often it is heard', () => {
    const first = hear(card, captured);
    expect(said(first)).toEqual(['PaymentTaken']);
    expect(said(hear(first.payment, captured))).toEqual([]);
  });

  it('may be declined, with the reason', () => {
    const no = hear(card, { kind: 'declined', reason: 'no funds' });
    expect(no.payment).toMatchObject({ state: 'declined', next: null });
    expect(no.messages[0].body).toMatchObject({ code: 'declined', reason: 'no funds' });
  });

  it('asks what became of it when nobody answered, and says so once', () => {
    const first = hear(card, silence);
    expect(first.payment).toMatchObject({ state: 'open', next: 'find' });
    expect(said(first)).toEqual(['PaymentUnknown']);
    expect(said(hear(first.payment, silence))).toEqual([]);
  });

  it('repeats under the same key what left no trace, then voids instead of guessing', () => {
    expect(hear({ ...card, charges: 1 }, { kind: 'not-found' }).payment).toMatchObject({
      state: 'open',
      next: 'charge',
    });
    expect(hear({ ...card, charges: 3 }, { kind: 'not-found' }).payment).toMatchObject({
      state: 'voiding',
      next: 'void',
    });
  });

  it('is declined as unavailable once silence has been voided', () => {
    const voiding = hear({ ...card, charges: 3 }, { kind: 'not-found' }).payment;
    const end = hear(voiding, { kind: 'voided', refunded: vnd(0) });
    expect(end.payment.state).toBe('declined');
    expect(end.messages[0].body).toMatchObject({ code: 'unavailable' });
  });

  it('waits for the webhook before it asks again, and then less and less often', () => {
    const first = hear(card, { kind: 'accepted' }).payment;
    expect(first).toMatchObject({ state: 'open', next: 'find', wait: 1_000 });
    const later = after(first, { kind: 'accepted' }, { kind: 'accepted' }, { kind: 'accepted' });
    expect(later).toMatchObject({ state: 'open', next: 'find', wait: 3_200 });
  });
});

describe('Voiding a payment', () => {
  it('asks the provider, and tells only when that is certain', () => {
    const asking = askToVoid(card);
    expect(asking.payment).toMatchObject({ state: 'voiding', next: 'void' });
    expect(said(asking)).toEqual([]);
    const end = hear(asking.payment, { kind: 'voided', refunded: vnd(90_000) });
    expect(end.messages[0].body).toMatchObject({ refunded: vnd(90_000) });
  });

  it('does not stop at a capture that was already on its way', () => {
    expect(after(askToVoid(card).payment, captured)).toMatchObject({ state: 'voiding', next: 'void' });
  });

  it('asks again for as long as the provider is silent', () => {
    expect(after(askToVoid(card).payment, silence, silence)).toMatchObject({
      state: 'voiding',
      next: 'void',
      unanswered: 2,
    });
  });

  it('answers again when asked again', () => {
    const voided = after(askToVoid(card).payment, { kind: 'voided', refunded: vnd(0) });
    expect(said(askToVoid(voided))).toEqual(['PaymentVoided']);
  });

  it('of a declined payment is certain at once', () => {
    expect(said(askToVoid(hear(card, { kind: 'declined', reason: 'no' }).payment))).toEqual(['PaymentVoided']);
  });

  it('gives cash back over the counter', () => {
    const { payment } = intend({ ...asked, method: 'cash' });
    expect(askToVoid(payment).payment).toMatchObject({ state: 'voided', refunded: vnd(90_000) });
  });

  it.each(['declined', 'voided'] as const)('money that arrives after %s goes back', (state) => {
    const late = hear({ ...card, state, next: null }, captured);
    expect(late.payment).toMatchObject({ state: 'voiding', next: 'void', voidedFor: 'late-money' });
    expect(said(hear(late.payment, { kind: 'voided', refunded: vnd(90_000) }))).toEqual(['PaymentVoided']);
  });
});

const refusedConnection: Heard = { kind: 'not-asked', reason: 'connect ECONNREFUSED' };
const switchedOff: Heard = { kind: 'not-asked', reason: 'the provider sandbox is switched off', absent: true };

describe('A call that did not go out', () => {
  it('is no try: only a charge that was answered or not answered in time counts', () => {
    for (const heard of [captured, silence, { kind: 'accepted' } as const])
      expect(hear(card, heard, 'charge').payment.charges).toBe(1);
    expect(hear(card, refusedConnection, 'charge').payment.charges).toBe(0);
    expect(hear(card, silence, 'find').payment.charges).toBe(0);
  });

  it('is made again, however often it could not go out', () => {
    let payment: Payment = { ...card, asked: false };
    for (let n = 0; n < 50; n++) payment = hear(payment, refusedConnection, 'charge').payment;
    expect(payment).toMatchObject({ state: 'open', next: 'charge', charges: 0, asked: false });
    expect(payment.wait).toBeLessThanOrEqual(60_000);
  });

  it('says once that nobody knows, where the provider may have heard of the payment', () => {
    const first = hear(card, switchedOff, 'find');
    expect(first.messages.map(({ body }) => body)).toMatchObject([{ reason: 'the provider sandbox is switched off' }]);
    expect(said(hear(first.payment, switchedOff, 'find'))).toEqual([]);
    expect(said(hear(askToVoid(card).payment, switchedOff, 'void'))).toEqual(['PaymentUnknown']);
  });
});

describe('A payment whose provider was never asked', () => {
  const unasked: Payment = { ...card, asked: false };

  it('is void at once', () => {
    const { payment, messages } = askToVoid(unasked);
    expect(payment).toMatchObject({ state: 'voided', next: null });
    expect(messages.map(({ body }) => body)).toMatchObject([{ refunded: vnd(0) }]);
  });

  it('is void as well where it is being voided already', () => {
    const { payment, messages } = hear({ ...askToVoid(card).payment, asked: false }, switchedOff, 'void');
    expect(payment).toMatchObject({ state: 'voided', next: null });
    expect(messages.map(({ body }) => body)).toMatchObject([{ refunded: vnd(0) }]);
  });

  it('is declined as unavailable when its provider is switched off, and when none takes cards', () => {
    for (const decision of [
      hear(unasked, switchedOff, 'charge'),
      intend({ ...asked, provider: 'none', method: 'card' }),
    ]) {
      expect(decision.payment).toMatchObject({ state: 'declined', next: null });
      expect(decision.messages.map(({ body }) => body)).toMatchObject([{ code: 'unavailable' }]);
    }
  });
});

describe('Money that was taken and given back', () => {
  it('is told when silence was voided', () => {
    const voiding = hear({ ...card, charges: 3 }, { kind: 'not-found' }).payment;
    const end = hear(voiding, { kind: 'voided', refunded: vnd(90_000) }, 'void');
    expect(end.messages[0].body).toMatchObject({ code: 'unavailable', reversed: vnd(90_000) });
  });

  it('is nothing for cash, which was only owed', () => {
    const { payment } = intend({ ...asked, method: 'cash' });
    expect(askToVoid(payment).messages[0].body).toMatchObject({ refunded: vnd(0) });
  });

  it('goes back once: the same charge heard again after it was given back changes nothing', () => {
    const back = after(askToVoid(card).payment, { kind: 'voided', refunded: vnd(90_000) });
    const again = hear(back, captured, 'webhook');
    expect(again.payment).toMatchObject({ state: 'voided', next: null, chargeId: 'ch_1' });
    expect(hear(again.payment, captured, 'webhook')).toEqual({ payment: again.payment, messages: [] });
  });
});

describe('A payment that staff settle by hand', () => {
  const voiding = askToVoid(card).payment;

  it('ends, and is still voided at its provider should that ever be back', () => {
    const { payment, messages } = settleByHand(voiding, 'unknown');
    expect(payment).toMatchObject({ state: 'voided', voidedFor: 'by-hand', next: 'void', refunded: vnd(0) });
    expect(messages.map(({ body }) => body)).toMatchObject([{ refunded: vnd(0) }]);
    expect(hear(payment, switchedOff, 'void')).toMatchObject({ payment: { next: 'void' }, messages: [] });
    const back = hear(payment, { kind: 'voided', refunded: vnd(90_000) }, 'void');
    expect(back.payment).toMatchObject({ state: 'voided', next: null, refunded: vnd(90_000) });
    expect(said(back)).toEqual(['PaymentVoided']);
  });

  it('is given back by nobody else once staff have given it back', () => {
    const { payment } = settleByHand(voiding, 'given-back');
    expect(payment).toMatchObject({ state: 'voided', next: null, refunded: vnd(90_000) });
    expect(hear(payment, captured, 'webhook').payment).toMatchObject({ state: 'voided', next: null });
  });

  it('stays as it was when it was decided already', () => {
    const taken = hear(card, captured).payment;
    expect(settleByHand(taken, 'never-taken')).toMatchObject({ payment: taken });
  });
});

describe('Whatever a provider says, and however often', () => {
  const answers = fc.oneof(
    fc.constantFrom<Heard>(silence, refusedConnection, switchedOff, { kind: 'accepted' }, { kind: 'not-found' }),
    fc.constantFrom<Heard>(captured, { kind: 'captured', chargeId: 'ch_2' }, { kind: 'declined', reason: 'no' }),
    fc.constantFrom(0, 90_000).map((amount): Heard => ({ kind: 'voided', refunded: vnd(amount) })),
  );
  const calls = fc.constantFrom<ProviderCall | 'webhook'>('charge', 'find', 'void', 'webhook');
  const steps = fc.array(fc.oneof(fc.tuple(answers, calls), fc.constantFrom('void', 'by-hand' as const)), {
    maxLength: 30,
  });

  it('a payment gives back at most its amount, tells of its taking once, and is never stuck with nobody to ask', () => {
    fc.assert(
      fc.property(fc.boolean(), steps, (known, all) => {
        let payment: Payment = { ...card, asked: known };
        const heard: string[] = [];
        for (const step of all) {
          const decision =
            step === 'void'
              ? askToVoid(payment)
              : step === 'by-hand'
                ? settleByHand(payment, 'unknown')
                : hear(payment, step[0], step[1]);
          if (step !== 'by-hand') heard.push(...said(decision));
          payment = decision.payment;
          expect(payment.refunded.amount).toBeLessThanOrEqual(payment.amount.amount);
          const waits = payment.state === 'open' || payment.state === 'voiding';
          if (waits) expect(payment.next).not.toBeNull();
        }
        expect(heard.filter((name) => name === 'PaymentTaken').length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('a call that does not go out never brings a payment that may have been asked for to an end', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Heard>(refusedConnection, switchedOff)), calls, (all, call) => {
        expect(all.reduce((state, each) => hear(state, each, call).payment, card)).toMatchObject({
          state: 'open',
          charges: 0,
        });
      }),
    );
  });
});

describe('A payment that staff settled by hand', () => {
  const byHand = settleByHand(card, 'unknown').payment;
  const voided = (amount: number): Heard => ({ kind: 'voided', refunded: vnd(amount) });

  it('is given back after all when the provider then returns money, and only then', () => {
    expect(isGivenAfterHand(byHand, hear(byHand, voided(90_000), 'void').payment)).toBe(true);
    expect(isGivenAfterHand(byHand, hear(byHand, voided(0), 'void').payment)).toBe(false);
    expect(isGivenAfterHand(byHand, hear(byHand, silence, 'void').payment)).toBe(false);
    const asked = askToVoid(card).payment;
    expect(isGivenAfterHand(asked, hear(asked, voided(90_000), 'void').payment)).toBe(false);
  });
});

it('What staff found by hand is noted with the reason they typed, if any', () => {
  expect(foundWords('unknown', 'their hotline is closed')).toBe('unknown: their hotline is closed');
  expect(foundWords('given-back')).toBe('given-back');
});
