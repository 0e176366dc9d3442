import { vnd } from '#kernel';
import fc from 'fast-check';
import {
  voidPayment,
  applyAnswer,
  createPayment,
  isReturnedAfterSettling,
  settleByHand,
  type Decision,
  type ProviderAnswer,
  type Payment,
  type ProviderCall,
  describeFound,
} from './payment';

const asked = {
  id: '019ab3c4-0000-7000-8000-000000000001',
  orderId: '019ab3c4-0000-7000-8000-000000000002',
  amount: vnd(90_000),
  provider: 'sandbox',
  token: null,
};
const card = createPayment({ ...asked, method: 'card' }).payment;
const captured: ProviderAnswer = { kind: 'captured', chargeId: 'ch_1' };
const silence: ProviderAnswer = { kind: 'no-answer', reason: 'time-out' };
const messageNames = ({ messages }: Decision) =>
  messages.map((message) => (message.constructor as { name: string }).name);
const after = (payment: Payment, ...heard: ProviderAnswer[]): Payment =>
  heard.reduce((state, each) => applyAnswer(state, each).payment, payment);

describe('A new payment', () => {
  it('starts with a charge at the provider', () => {
    expect(card).toMatchObject({ state: 'open', next: 'charge', charges: 0 });
  });

  it('in cash needs no provider', () => {
    const cash = createPayment({ ...asked, method: 'cash' });
    expect(cash.payment).toMatchObject({ state: 'taken', next: null });
    expect(messageNames(cash)).toEqual(['PaymentTaken']);
  });

  it('is reported as taken only once, also if the answer is repeated', () => {
    const first = applyAnswer(card, captured);
    expect(messageNames(first)).toEqual(['PaymentTaken']);
    expect(messageNames(applyAnswer(first.payment, captured))).toEqual([]);
  });

  it('can be declined, and then the reason is reported', () => {
    const declined = applyAnswer(card, { kind: 'declined', reason: 'no funds' });
    expect(declined.payment).toMatchObject({ state: 'declined', next: null });
    expect(declined.messages[0].body).toMatchObject({ code: 'declined', reason: 'no funds' });
  });

  it('without an answer makes the shop ask the provider about the charge, and is reported as unknown once', () => {
    const first = applyAnswer(card, silence);
    expect(first.payment).toMatchObject({ state: 'open', next: 'find' });
    expect(messageNames(first)).toEqual(['PaymentUnknown']);
    expect(messageNames(applyAnswer(first.payment, silence))).toEqual([]);
  });

  it('is charged again if the provider does not know the charge, and is voided after the last attempt', () => {
    expect(applyAnswer({ ...card, charges: 1 }, { kind: 'not-found' }).payment).toMatchObject({
      state: 'open',
      next: 'charge',
    });
    expect(applyAnswer({ ...card, charges: 3 }, { kind: 'not-found' }).payment).toMatchObject({
      state: 'voiding',
      next: 'void',
    });
  });

  it('is declined as unavailable after a charge without an answer was voided', () => {
    const voiding = applyAnswer({ ...card, charges: 3 }, { kind: 'not-found' }).payment;
    const end = applyAnswer(voiding, { kind: 'voided', refunded: vnd(0) });
    expect(end.payment.state).toBe('declined');
    expect(end.messages[0].body).toMatchObject({ code: 'unavailable' });
  });

  it('makes the shop ask for the result less and less often while the provider processes the charge', () => {
    const first = applyAnswer(card, { kind: 'accepted' }).payment;
    expect(first).toMatchObject({ state: 'open', next: 'find', wait: 1_000 });
    const later = after(first, { kind: 'accepted' }, { kind: 'accepted' }, { kind: 'accepted' });
    expect(later).toMatchObject({ state: 'open', next: 'find', wait: 3_200 });
  });
});

describe('Voiding a payment', () => {
  it('calls the provider, and reports only a certain result', () => {
    const voiding = voidPayment(card);
    expect(voiding.payment).toMatchObject({ state: 'voiding', next: 'void' });
    expect(messageNames(voiding)).toEqual([]);
    const end = applyAnswer(voiding.payment, { kind: 'voided', refunded: vnd(90_000) });
    expect(end.messages[0].body).toMatchObject({ refunded: vnd(90_000) });
  });

  it('continues if the capture is reported meanwhile', () => {
    expect(after(voidPayment(card).payment, captured)).toMatchObject({ state: 'voiding', next: 'void' });
  });

  it('calls again until the provider answers', () => {
    expect(after(voidPayment(card).payment, silence, silence)).toMatchObject({
      state: 'voiding',
      next: 'void',
      unanswered: 2,
    });
  });

  it('repeats the answer for a repeated request', () => {
    const voided = after(voidPayment(card).payment, { kind: 'voided', refunded: vnd(0) });
    expect(messageNames(voidPayment(voided))).toEqual(['PaymentVoided']);
  });

  it('reports its result at once if the payment was declined', () => {
    expect(messageNames(voidPayment(applyAnswer(card, { kind: 'declined', reason: 'no' }).payment))).toEqual([
      'PaymentVoided',
    ]);
  });

  it('needs no provider for cash', () => {
    const { payment } = createPayment({ ...asked, method: 'cash' });
    expect(voidPayment(payment).payment).toMatchObject({ state: 'voided', refunded: vnd(90_000) });
  });

  it.each(['declined', 'voided'] as const)('gives back money that arrives after the payment ended as %s', (state) => {
    const late = applyAnswer({ ...card, state, next: null }, captured);
    expect(late.payment).toMatchObject({ state: 'voiding', next: 'void', voidedFor: 'late-money' });
    expect(messageNames(applyAnswer(late.payment, { kind: 'voided', refunded: vnd(90_000) }))).toEqual([
      'PaymentVoided',
    ]);
  });
});

const refusedConnection: ProviderAnswer = { kind: 'not-asked', reason: 'connect ECONNREFUSED' };
const switchedOff: ProviderAnswer = { kind: 'not-asked', reason: 'the provider sandbox is switched off', absent: true };

describe('A call that was not sent', () => {
  it('is not an attempt, because only a charge that was sent counts', () => {
    for (const heard of [captured, silence, { kind: 'accepted' } as const])
      expect(applyAnswer(card, heard, 'charge').payment.charges).toBe(1);
    expect(applyAnswer(card, refusedConnection, 'charge').payment.charges).toBe(0);
    expect(applyAnswer(card, silence, 'find').payment.charges).toBe(0);
  });

  it('is made again, also after many failures', () => {
    let payment: Payment = { ...card, asked: false };
    for (let n = 0; n < 50; n++) payment = applyAnswer(payment, refusedConnection, 'charge').payment;
    expect(payment).toMatchObject({ state: 'open', next: 'charge', charges: 0, asked: false });
    expect(payment.wait).toBeLessThanOrEqual(60_000);
  });

  it('reports once that the result is unknown, if the provider may know the payment', () => {
    const first = applyAnswer(card, switchedOff, 'find');
    expect(first.messages.map(({ body }) => body)).toMatchObject([{ reason: 'the provider sandbox is switched off' }]);
    expect(messageNames(applyAnswer(first.payment, switchedOff, 'find'))).toEqual([]);
    expect(messageNames(applyAnswer(voidPayment(card).payment, switchedOff, 'void'))).toEqual(['PaymentUnknown']);
  });
});

describe('A payment whose provider was never asked', () => {
  const unasked: Payment = { ...card, asked: false };

  it('is voided at once', () => {
    const { payment, messages } = voidPayment(unasked);
    expect(payment).toMatchObject({ state: 'voided', next: null });
    expect(messages.map(({ body }) => body)).toMatchObject([{ refunded: vnd(0) }]);
  });

  it('is voided at once, also if the shop has already started to void it', () => {
    const { payment, messages } = applyAnswer({ ...voidPayment(card).payment, asked: false }, switchedOff, 'void');
    expect(payment).toMatchObject({ state: 'voided', next: null });
    expect(messages.map(({ body }) => body)).toMatchObject([{ refunded: vnd(0) }]);
  });

  it('is declined as unavailable when its provider is switched off, and when no provider takes cards', () => {
    for (const decision of [
      applyAnswer(unasked, switchedOff, 'charge'),
      createPayment({ ...asked, provider: 'none', method: 'card' }),
    ]) {
      expect(decision.payment).toMatchObject({ state: 'declined', next: null });
      expect(decision.messages.map(({ body }) => body)).toMatchObject([{ code: 'unavailable' }]);
    }
  });
});

describe('Money that was taken and given back', () => {
  it('is reported when a charge without an answer was voided', () => {
    const voiding = applyAnswer({ ...card, charges: 3 }, { kind: 'not-found' }).payment;
    const end = applyAnswer(voiding, { kind: 'voided', refunded: vnd(90_000) }, 'void');
    expect(end.messages[0].body).toMatchObject({ code: 'unavailable', reversed: vnd(90_000) });
  });

  it('is zero for cash, which was not paid yet', () => {
    const { payment } = createPayment({ ...asked, method: 'cash' });
    expect(voidPayment(payment).messages[0].body).toMatchObject({ refunded: vnd(0) });
  });

  it('is given back once, because a repeated answer about the same charge changes nothing', () => {
    const back = after(voidPayment(card).payment, { kind: 'voided', refunded: vnd(90_000) });
    const again = applyAnswer(back, captured, 'webhook');
    expect(again.payment).toMatchObject({ state: 'voided', next: null, chargeId: 'ch_1' });
    expect(applyAnswer(again.payment, captured, 'webhook')).toEqual({ payment: again.payment, messages: [] });
  });
});

describe('A payment that staff settle by hand', () => {
  const voiding = voidPayment(card).payment;

  it('ends, and is still voided at its provider when the provider answers again', () => {
    const { payment, messages } = settleByHand(voiding, 'unknown');
    expect(payment).toMatchObject({ state: 'voided', voidedFor: 'by-hand', next: 'void', refunded: vnd(0) });
    expect(messages.map(({ body }) => body)).toMatchObject([{ refunded: vnd(0) }]);
    expect(applyAnswer(payment, switchedOff, 'void')).toMatchObject({ payment: { next: 'void' }, messages: [] });
    const back = applyAnswer(payment, { kind: 'voided', refunded: vnd(90_000) }, 'void');
    expect(back.payment).toMatchObject({ state: 'voided', next: null, refunded: vnd(90_000) });
    expect(messageNames(back)).toEqual(['PaymentVoided']);
  });

  it('is not given back again after staff have given it back', () => {
    const { payment } = settleByHand(voiding, 'given-back');
    expect(payment).toMatchObject({ state: 'voided', next: null, refunded: vnd(90_000) });
    expect(applyAnswer(payment, captured, 'webhook').payment).toMatchObject({ state: 'voided', next: null });
  });

  it('does not change if its result was already known', () => {
    const taken = applyAnswer(card, captured).payment;
    expect(settleByHand(taken, 'never-taken')).toMatchObject({ payment: taken });
  });
});

describe('For any answers of a provider, also repeated ones', () => {
  const answers = fc.oneof(
    fc.constantFrom<ProviderAnswer>(
      silence,
      refusedConnection,
      switchedOff,
      { kind: 'accepted' },
      { kind: 'not-found' },
    ),
    fc.constantFrom<ProviderAnswer>(
      captured,
      { kind: 'captured', chargeId: 'ch_2' },
      { kind: 'declined', reason: 'no' },
    ),
    fc.constantFrom(0, 90_000).map((amount): ProviderAnswer => ({ kind: 'voided', refunded: vnd(amount) })),
  );
  const calls = fc.constantFrom<ProviderCall | 'webhook'>('charge', 'find', 'void', 'webhook');
  const steps = fc.array(fc.oneof(fc.tuple(answers, calls), fc.constantFrom('void', 'by-hand' as const)), {
    maxLength: 30,
  });

  it('a payment gives back at most its amount, reports once that it is taken, and always has a next call until it ends', () => {
    fc.assert(
      fc.property(fc.boolean(), steps, (known, all) => {
        let payment: Payment = { ...card, asked: known };
        const heard: string[] = [];
        for (const step of all) {
          const decision =
            step === 'void'
              ? voidPayment(payment)
              : step === 'by-hand'
                ? settleByHand(payment, 'unknown')
                : applyAnswer(payment, step[0], step[1]);
          if (step !== 'by-hand') heard.push(...messageNames(decision));
          payment = decision.payment;
          expect(payment.refunded.amount).toBeLessThanOrEqual(payment.amount.amount);
          const waits = payment.state === 'open' || payment.state === 'voiding';
          if (waits) expect(payment.next).not.toBeNull();
        }
        expect(heard.filter((name) => name === 'PaymentTaken').length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('a call that was not sent never ends a payment that the provider may know', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<ProviderAnswer>(refusedConnection, switchedOff)), calls, (all, call) => {
        expect(all.reduce((state, each) => applyAnswer(state, each, call).payment, card)).toMatchObject({
          state: 'open',
          charges: 0,
        });
      }),
    );
  });
});

describe('A payment that staff settled by hand', () => {
  const byHand = settleByHand(card, 'unknown').payment;
  const voided = (amount: number): ProviderAnswer => ({ kind: 'voided', refunded: vnd(amount) });

  it('counts as given back later only if the provider then returns money', () => {
    expect(isReturnedAfterSettling(byHand, applyAnswer(byHand, voided(90_000), 'void').payment)).toBe(true);
    expect(isReturnedAfterSettling(byHand, applyAnswer(byHand, voided(0), 'void').payment)).toBe(false);
    expect(isReturnedAfterSettling(byHand, applyAnswer(byHand, silence, 'void').payment)).toBe(false);
    const asked = voidPayment(card).payment;
    expect(isReturnedAfterSettling(asked, applyAnswer(asked, voided(90_000), 'void').payment)).toBe(false);
  });
});

it('The result that staff found is stored with their reason, if there is one', () => {
  expect(describeFound('unknown', 'their hotline is closed')).toBe('unknown: their hotline is closed');
  expect(describeFound('given-back')).toBe('given-back');
});
