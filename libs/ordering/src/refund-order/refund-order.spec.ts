import { vnd } from '#kernel';
import { facts, given, ordered, refundAsked, refundDone, refundFailed, refundOf } from '../model/order-samples';
import { recordRefund, recordRefundFailure, refundAgain, refundOrder } from './refund-order';

const ask = (refundId: string, amount?: number) => ({
  refundId,
  reason: 'cold',
  ...(amount !== undefined && { amount: vnd(amount) }),
});

describe('Refunding an order', () => {
  it('gives a part back', () => {
    expect(refundOrder(given(...ordered.completed), ask('a', 40_000))).toEqual([refundAsked('a', 40_000)]);
  });

  it('without an amount, gives back what is left', () => {
    const order = given(...ordered.completed, refundAsked('a', 40_000), refundDone('a', 40_000));
    expect(refundOrder(order, ask('b'))).toEqual([refundAsked('b', 60_000)]);
  });

  it('never gives back more than is left, what is on its way counted', () => {
    const order = given(...ordered.completed, refundAsked('a', 40_000));
    expect(() => refundOrder(order, ask('b', 60_001))).toThrow(expect.objectContaining({ code: 'REFUND_TOO_LARGE' }));
    expect(refundOrder(order, ask('b', 60_000))).toEqual([refundAsked('b', 60_000)]);
  });

  it('counts a failed refund as not given', () => {
    const order = given(...ordered.completed, refundAsked('a', 100_000), refundFailed('a', 100_000));
    expect(refundOrder(order, ask('b'))).toEqual([refundAsked('b', 100_000)]);
  });

  it.each([
    ['pending', given(facts.placed)],
    ['closed before it was paid', given(facts.placed, facts.cancelled)],
    ['to be paid in cash', given(facts.placedForCash, facts.confirmedForCash)],
    ['refunded', given(...ordered.completed, refundAsked('a', 100_000), refundDone('a', 100_000))],
  ])('has nothing to give back when %s', (_, order) => {
    expect(() => refundOrder(order, ask('z'))).toThrow(expect.objectContaining({ code: 'NOTHING_TO_REFUND' }));
  });

  it('asked twice, asks once', () => {
    expect(refundOrder(given(...ordered.completed, refundAsked('a', 100_000)), ask('a'))).toEqual([]);
  });

  it('needs an order', () => {
    expect(() => refundOrder(given(), ask('a'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

describe('A refund that a provider refused, wanted again', () => {
  const again = { ...ask('again'), amount: vnd(100_000) };

  it('is a new one', () => {
    const order = given(...ordered.completed, refundAsked('a', 100_000), refundFailed('a', 100_000));
    expect(refundAgain(order, again)).toEqual([refundAsked('again', 100_000)]);
  });

  it('is nothing where the money has gone back another way, was asked for already, or nothing was paid', () => {
    const other = given(
      ...ordered.completed,
      refundAsked('a', 100_000),
      refundFailed('a', 100_000),
      refundAsked('b', 1),
    );
    expect(refundAgain(other, again)).toEqual([]);
    expect(refundAgain(given(...ordered.completed, refundAsked('again', 100_000)), again)).toEqual([]);
    expect(refundAgain(given(facts.placed), again)).toEqual([]);
  });
});

describe('What becomes of a refund', () => {
  const asked = given(...ordered.completed, refundAsked('a', 40_000));

  it('is recorded once', () => {
    expect(recordRefund(asked, 'a')).toEqual([refundDone('a', 40_000)]);
    expect(recordRefund(given(...ordered.completed, refundAsked('a', 1), refundDone('a', 1)), 'a')).toEqual([]);
    expect(recordRefund(given(facts.placed), 'a')).toEqual([]);
    expect(recordRefund(asked, 'unknown')).toEqual([]);
  });

  it('is recorded also when it failed', () => {
    expect(recordRefundFailure(asked, 'a', 'card closed')).toEqual([refundFailed('a', 40_000)]);
    expect(recordRefundFailure(asked, 'unknown', 'card closed')).toEqual([]);
  });

  it('makes the order refunded when it was the rest', () => {
    const rest = given(
      ...ordered.completed,
      refundAsked('a', 40_000),
      refundDone('a', 40_000),
      refundAsked('b', 60_000),
    );
    expect(rest.status).toBe('completed');
    expect(refundOf('b', 60_000).amount).toEqual(vnd(60_000));
    const order = given(
      ...ordered.completed,
      refundAsked('a', 40_000),
      refundDone('a', 40_000),
      refundAsked('b', 60_000),
      refundDone('b', 60_000),
    );
    expect(order.status).toBe('refunded');
  });

  it('leaves a cancelled order cancelled', () => {
    const order = given(...ordered.confirmed, facts.cancelled, refundAsked('a', 100_000), refundDone('a', 100_000));
    expect(order.status).toBe('cancelled');
  });
});
