import fc from 'fast-check';
import { derivedId, sum, vnd } from '#kernel';
import { owed, refundable, refunded, type Order, type OrderEvent, type Till } from '../model/order';
import { facts, given, ordered, refundAsked, refundDone, refundFailed, refundOf } from '../model/order-samples';
import { recordRefund, recordRefundFailure, refundAgain, refundOrder, stillOwed } from './refund-order';

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

const refused = (refundId: string, amount: number) => [refundAsked(refundId, amount), refundFailed(refundId, amount)];
const givenByHand = (refundId: string, amount: number) => [
  refundAsked(refundId, amount),
  refundDone(refundId, amount),
];

describe('A refund that a provider refused, wanted again', () => {
  const again = (...events: readonly OrderEvent[]) => refundAgain(given(...ordered.completed, ...events), 'cold');
  const next = (refundId: string, amount: number) => [refundAsked(derivedId(refundId, 'again'), amount)];

  it('is a new one', () => {
    expect(again(...refused('a', 20_000))).toEqual(next('a', 20_000));
  });

  it('is of what is left, where a part went back by hand or is on its way', () => {
    expect(again(...refused('a', 20_000), ...givenByHand('b', 15_000))).toEqual(next('a', 5_000));
    expect(again(...refused('a', 20_000), refundAsked('b', 15_000))).toEqual(next('a', 5_000));
  });

  it('is of the whole again, where what was given by hand was refused as well', () => {
    expect(again(...refused('a', 20_000), ...refused('b', 15_000))).toEqual(next('b', 20_000));
  });

  it('is of all that was refused, in one', () => {
    expect(again(refundAsked('a', 20_000), refundAsked('b', 30_000), ...[refundFailed('b', 30_000)])).toEqual(
      next('b', 30_000),
    );
    expect(
      again(refundAsked('a', 20_000), refundAsked('b', 30_000), refundFailed('b', 30_000), refundFailed('a', 20_000)),
    ).toEqual(next('b', 50_000));
  });

  it('is nothing where the money has gone back another way, was asked for already, or nothing was paid', () => {
    expect(again(...refused('a', 20_000), ...givenByHand('b', 20_000))).toEqual([]);
    expect(again(...refused('a', 20_000), refundAsked('b', 30_000))).toEqual([]);
    expect(again(...refused('a', 20_000), ...next('a', 20_000))).toEqual([]);
    expect(refundAgain(given(facts.placed), 'cold')).toEqual([]);
    expect(refundAgain(given(), 'cold')).toEqual([]);
  });

  it('may fail and be wanted again, as often as need be', () => {
    const [first] = next('a', 20_000);
    const id = derivedId('a', 'again');
    expect(again(...refused('a', 20_000), first, refundFailed(id, 20_000))).toEqual(next(id, 20_000));
  });

  it('is offered as what is still owed, and refused where nothing is', () => {
    const owedOf = (...events: readonly OrderEvent[]) => stillOwed(given(...ordered.completed, ...events));
    expect(owedOf(...refused('a', 20_000), ...givenByHand('b', 15_000))).toEqual(vnd(5_000));
    expect(owedOf(refundAsked('a', 20_000))).toEqual(vnd(0)); // on its way: it may be asked about again
    for (const events of [[], givenByHand('a', 1), [...refused('a', 20_000), ...givenByHand('b', 20_000)]])
      expect(() => owedOf(...events)).toThrow(expect.objectContaining({ code: 'NOTHING_OWED' }));
    expect(() => stillOwed(given(facts.placed))).toThrow(expect.objectContaining({ code: 'NOTHING_OWED' }));
  });

  it('gives what was decided, no more and no less, whatever fails, is given by hand or tried again on the way', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('by hand' as const), amount: fc.integer({ min: 1, max: 60_000 }) }),
        fc.record({ kind: fc.constantFrom('fails' as const, 'done' as const), which: fc.nat(9) }),
        fc.record({ kind: fc.constant('retry' as const) }),
      ),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(steps, (asked) => {
        let events: readonly OrderEvent[] = ordered.completed;
        const now = () => given(...events) as Extract<Order, Till>;
        const on = (ids: number) =>
          now()
            .refunds.filter(({ state }) => state === 'requested')
            .at(ids)?.refundId;
        let decided = 0;
        asked.forEach((step, index) => {
          const before = now();
          if (step.kind === 'retry') events = [...events, ...refundAgain(before, 'again')];
          else if (step.kind === 'by hand') {
            const amount = Math.min(step.amount, refundable(before).amount);
            if (amount === 0) return;
            events = [...events, ...refundOrder(before, ask((index + 1).toString(16), amount))];
            decided += Math.max(0, amount - owed(before).amount); // what is owed is paid first
          } else {
            const id = on(step.which);
            if (!id) return;
            events = [...events, ...(step.kind === 'done' ? recordRefund(before, id) : recordRefundFailure(before, id, 'no'))]; // prettier-ignore
          }
          const { refunds, paid } = now();
          const onTheWay = sum(refunds.filter(({ state }) => state === 'requested').map(({ amount }) => amount));
          expect(refunded(now()).amount).toBeLessThanOrEqual(paid.amount);
          expect(refunded(now()).amount + onTheWay.amount + owed(now()).amount).toBe(decided);
        });
        // In the end everything is tried again, and taken.
        events = [...events, ...refundAgain(now(), 'again')];
        for (let id = on(0); id; id = on(0)) events = [...events, ...recordRefund(now(), id)];
        expect(refunded(now()).amount).toBe(decided);
        expect(owed(now()).amount).toBe(0);
      }),
    );
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
