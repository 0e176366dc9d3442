import { vnd } from '#kernel';
import { askToVoid, hear, intend, type Decision, type Heard, type Payment } from './payment';

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
