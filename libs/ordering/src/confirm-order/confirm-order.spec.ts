import { vnd } from '#kernel';
import { facts, orderAfter } from '../model/order-samples';
import { confirmOrder } from './confirm-order';

const payment = (method: 'card' | 'cash') => ({
  paymentId: facts.confirmed.data.paymentId,
  method,
  provider: method === 'card' ? 'sandbox' : 'cash',
  chargeId: method === 'card' ? 'ch_1' : null,
  amount: vnd(100_000),
});

describe('Confirming an order', () => {
  it('records what was paid by card', () => {
    expect(confirmOrder(orderAfter(facts.placed), payment('card'))).toEqual([facts.confirmed]);
  });

  it('records that cash is not paid yet', () => {
    expect(confirmOrder(orderAfter(facts.placedForCash), payment('cash'))).toEqual([facts.confirmedForCash]);
  });

  it('does nothing if a cancellation was requested before', () => {
    expect(confirmOrder(orderAfter(facts.placed, facts.unwanted), payment('card'))).toEqual([]);
  });

  it.each([
    ['an order that does not exist', orderAfter()],
    ['a confirmed order', orderAfter(facts.placed, facts.confirmed)],
    ['a cancelled order', orderAfter(facts.placed, facts.cancelled)],
  ])('does nothing to %s', (_, order) => {
    expect(confirmOrder(order, payment('card'))).toEqual([]);
  });
});
