import fc from 'fast-check';
import { derivedId, sum, vnd } from '#kernel';
import { owed, refundable, refunded, type Order, type OrderEvent, type Till } from '../model/order';
import {
  facts,
  given,
  ordered,
  refundAsked,
  refundDeciding,
  refundDone,
  refundFailed,
  refundOf,
} from '../model/order-samples';
import { recordRefund, recordRefundFailure, refundAgain, refundOrder, stillOwed } from './refund-order';

const ask = (refundId: string, amount?: number) => ({
  refundId,
  reason: 'cold',
  ...(amount !== undefined && { amount: vnd(amount) }),
});

const goesOn = (refundId: string, amount: number) => refundDeciding(refundId, amount, { end: false });
const ends = (amount: number, restock: boolean) => [refundDeciding('a', amount, { end: true, restock })];

describe('A refund and the order', () => {
  const refund = (
    status: keyof typeof ordered,
    amount?: number,
    request: { readonly end?: boolean; readonly restock?: boolean } = {},
    before: readonly OrderEvent[] = [],
  ) => refundOrder(given(...ordered[status], ...before), { ...ask('a', amount), ...request });

  it.each(['confirmed', 'accepted'] as const)(
    'when %s, ends it if nothing is left to keep, and its goods go back',
    (status) => {
      expect(refund(status)).toEqual(ends(100_000, true));
      expect(refund(status, 99_999)).toEqual([goesOn('a', 99_999)]);
      expect(refund(status, undefined, { restock: false })).toEqual(ends(100_000, false));
    },
  );

  it.each(['preparing', 'ready'] as const)(
    'when %s, does not end it unless that is said; then it is waste',
    (status) => {
      expect(refund(status)).toEqual([goesOn('a', 100_000)]);
      expect(refund(status, undefined, { end: true })).toEqual(ends(100_000, false));
      expect(refund(status, undefined, { end: true, restock: true })).toEqual(ends(100_000, true));
    },
  );

  it('ends it with a part kept, or lets it go on with nothing kept, where that is said', () => {
    expect(refund('confirmed', 90_000, { end: true })).toEqual(ends(90_000, true));
    expect(refund('confirmed', undefined, { end: false })).toEqual([goesOn('a', 100_000)]);
  });

  it('counts earlier parts, and keeps nothing that is owed', () => {
    const part = [refundAsked('b', 30_000), refundDone('b', 30_000)];
    expect(refund('confirmed', undefined, {}, part)).toEqual(ends(70_000, true));
    expect(refund('confirmed', 70_000, {}, [refundAsked('b', 30_000), refundFailed('b', 30_000)])).toEqual([
      goesOn('a', 70_000), // of which 30,000 were owed: 30,000 more are kept
    ]);
  });

  it('is what becomes of goods that the customer brings back, once', () => {
    const back = [refundDeciding('a', 100_000, { end: false, restock: true })];
    expect(refund('completed', undefined, { restock: true })).toEqual(back);
    expect(refund('completed', undefined, { end: true })).toEqual([goesOn('a', 100_000)]);
    const once = [refundDeciding('b', 10_000, { end: false, restock: true })];
    expect(() => refund('completed', 1, { restock: true }, once)).toThrow(
      expect.objectContaining({ code: 'NOTHING_TO_RESTOCK' }),
    );
  });

  it('brings no goods back with a part of the money, which does not say which; with the last part it does', () => {
    const needsAll = expect.objectContaining({ code: 'RESTOCK_NEEDS_ALL_MONEY', params: { amount: '100.000 ₫' } });
    for (const part of [1, 99_999]) expect(() => refund('completed', part, { restock: true })).toThrow(needsAll);
    const back = (amount: number) => [refundDeciding('a', amount, { end: false, restock: true })];
    expect(refund('completed', 100_000, { restock: true })).toEqual(back(100_000));
    const before = [refundAsked('b', 30_000), refundDone('b', 30_000)];
    expect(refund('completed', 70_000, { restock: true }, before)).toEqual(back(70_000));
    expect(refund('preparing', 60_000, { end: true, restock: true })).toEqual(ends(60_000, true));
  });

  it('takes no goods from an order that goes on, and not twice', () => {
    const refused = expect.objectContaining({ code: 'NOTHING_TO_RESTOCK' });
    expect(() => refund('confirmed', 1, { restock: true })).toThrow(refused);
    expect(() => refund('preparing', 1, { restock: true })).toThrow(refused);
    const ended = [refundDeciding('b', 10_000, { end: true, restock: false })];
    expect(() => refund('preparing', 1, { restock: true }, ended)).toThrow(refused);
    expect(refund('preparing', 1, { end: true }, ended)).toEqual([goesOn('a', 1)]); // over already
    expect(refund('preparing', 1, { restock: false })).toEqual([goesOn('a', 1)]);
  });

  it('that ends it makes it refunded when no money is open any more, with a part kept, too', () => {
    const after = (...events: readonly OrderEvent[]) => given(...ordered.preparing, ...ends(60_000, false), ...events);
    expect(after()).toMatchObject({ status: 'preparing', ended: true, goods: 'waste' });
    expect(after(refundDone('a', 60_000))).toMatchObject({ status: 'refunded', goods: 'waste' });
    const late = after(refundFailed('a', 60_000));
    expect(late).toMatchObject({ status: 'preparing', ended: true, owed: vnd(60_000) });
    const [again] = refundAgain(late, 'again');
    expect(again).toMatchObject({ data: { amount: vnd(60_000), end: true } });
    const id = derivedId('a', 'again');
    expect(given(...ordered.preparing, ...ends(60_000, false), refundFailed('a', 60_000), again, refundDone(id, 60_000)))
      .toMatchObject({ status: 'refunded' }); // prettier-ignore
  });

  it('that lets it go on leaves it where it is, whatever is given back; it is refunded if that was not said', () => {
    expect(given(...ordered.ready, goesOn('a', 100_000), refundDone('a', 100_000)).status).toBe('ready');
    expect(given(...ordered.completed, goesOn('a', 100_000), refundDone('a', 100_000)).status).toBe('refunded');
    expect(given(...ordered.ready, refundAsked('a', 100_000), refundDone('a', 100_000)).status).toBe('refunded');
  });

  it('wanted again, does not end what was to go on', () => {
    const [again] = refundAgain(given(...ordered.confirmed, goesOn('a', 100_000), refundFailed('a', 100_000)), 'again');
    expect(again).toMatchObject({ data: { end: false } });
  });
});

describe('Refunding an order', () => {
  it('gives a part back', () => {
    expect(refundOrder(given(...ordered.completed), ask('a', 40_000))).toEqual([goesOn('a', 40_000)]);
  });

  it('without an amount, gives back what is left', () => {
    const order = given(...ordered.completed, refundAsked('a', 40_000), refundDone('a', 40_000));
    expect(refundOrder(order, ask('b'))).toEqual([goesOn('b', 60_000)]);
  });

  it('never gives back more than is left, what is on its way counted', () => {
    const order = given(...ordered.completed, refundAsked('a', 40_000));
    expect(() => refundOrder(order, ask('b', 60_001))).toThrow(expect.objectContaining({ code: 'REFUND_TOO_LARGE' }));
    expect(refundOrder(order, ask('b', 60_000))).toEqual([goesOn('b', 60_000)]);
  });

  it('counts a failed refund as not given', () => {
    const order = given(...ordered.completed, refundAsked('a', 100_000), refundFailed('a', 100_000));
    expect(refundOrder(order, ask('b'))).toEqual([goesOn('b', 100_000)]);
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
const givenByHand = (refundId: string, amount: number) => [refundAsked(refundId, amount), refundDone(refundId, amount)];

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

  const paid = given(...ordered.completed);
  const again = { refundId: 'a', amount: vnd(40_000), reason: 'noted again: its request was declared void' };

  it('is noted with its request, should that be void, and never beyond what was paid', () => {
    expect(recordRefund(paid, 'a', vnd(40_000))).toEqual([
      { type: 'RefundRequested', data: again },
      refundDone('a', 40_000),
    ]);
    expect(recordRefund(paid, 'a', vnd(100_001))).toEqual([]);
    expect(recordRefund(given(facts.placed), 'a', vnd(40_000))).toEqual([]);
    expect(recordRefund(given(facts.placed, facts.cancelled), 'a', vnd(40_000))).toEqual([]);
  });

  it('is noted with its request also when it failed: it is owed then, unless it went back another way', () => {
    const failed = recordRefundFailure(paid, 'a', 'card closed', vnd(40_000));
    expect(failed).toEqual([{ type: 'RefundRequested', data: again }, refundFailed('a', 40_000)]);
    const owes = (...before: OrderEvent[]) => owed(given(...ordered.completed, ...before, ...failed) as Till).amount;
    expect(owes()).toBe(40_000);
    expect(owes(refundAsked('b', 100_000), refundDone('b', 100_000))).toBe(0);
    expect(recordRefundFailure(given(facts.placed, facts.cancelled), 'a', 'card closed', vnd(40_000))).toEqual([]);
  });

  it('counts for nothing where the order does not count as paid', () => {
    const unpaid = given(facts.placed, facts.cancelled, refundAsked('a', 40_000), refundDone('a', 40_000));
    expect(unpaid).toEqual(given(facts.placed, facts.cancelled));
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
