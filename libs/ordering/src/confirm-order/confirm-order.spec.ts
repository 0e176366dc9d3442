import { vnd } from '#kernel';
import { facts, given } from '../model/order-samples';
import { confirmOrder } from './confirm-order';

const payment = (method: 'card' | 'cash') => ({
  paymentId: facts.confirmed.data.paymentId,
  method,
  provider: method === 'card' ? 'sandbox' : 'cash',
  chargeId: method === 'card' ? 'ch_1' : null,
  amount: vnd(100_000),
});

describe('Confirming an order', () => {
  it('notes what was paid by card', () => {
    expect(confirmOrder(given(facts.placed), payment('card'))).toEqual([facts.confirmed]);
  });

  it('notes that cash is still owed', () => {
    expect(confirmOrder(given(facts.placedForCash), payment('cash'))).toEqual([facts.confirmedForCash]);
  });

  it('gives way to a cancellation that came first', () => {
    expect(confirmOrder(given(facts.placed, facts.unwanted), payment('card'))).toEqual([]);
  });

  it.each([
    ['nothing', given()],
    ['a confirmed order', given(facts.placed, facts.confirmed)],
    ['a cancelled order', given(facts.placed, facts.cancelled)],
  ])('does nothing to %s', (_, order) => {
    expect(confirmOrder(order, payment('card'))).toEqual([]);
  });
});
