import fc from 'fast-check';
import { derivedId, sum, vnd } from '#kernel';
import {
  owedAmount,
  refundableAmount,
  totalRefunded,
  type Order,
  type OrderEvent,
  type OrderMoney,
} from '../model/order';
import {
  facts,
  orderAfter,
  factsUntil,
  refundRequested,
  refundRequestedWith,
  refundMade,
  refundFailed,
  refundData,
} from '../model/order-samples';
import { recordRefund, recordRefundFailure, refundAgain, refundOrder, amountToRetry } from './refund-order';

const ask = (refundId: string, amount?: number) => ({
  refundId,
  reason: 'cold',
  ...(amount !== undefined && { amount: vnd(amount) }),
});

const refundWithoutEnd = (refundId: string, amount: number) => refundRequestedWith(refundId, amount, { end: false });
const refundWithEnd = (amount: number, restock: boolean) => [refundRequestedWith('a', amount, { end: true, restock })];

describe('A refund and the order', () => {
  const refund = (
    status: keyof typeof factsUntil,
    amount?: number,
    request: { readonly end?: boolean; readonly restock?: boolean } = {},
    before: readonly OrderEvent[] = [],
  ) => refundOrder(orderAfter(...factsUntil[status], ...before), { ...ask('a', amount), ...request });

  it.each(['confirmed', 'accepted'] as const)(
    'when the order is %s, ends the order if no money is left, and its goods go back',
    (status) => {
      expect(refund(status)).toEqual(refundWithEnd(100_000, true));
      expect(refund(status, 99_999)).toEqual([refundWithoutEnd('a', 99_999)]);
      expect(refund(status, undefined, { restock: false })).toEqual(refundWithEnd(100_000, false));
    },
  );

  it.each(['preparing', 'ready'] as const)(
    'when the order is %s, ends the order only with `end`, and its goods are then waste',
    (status) => {
      expect(refund(status)).toEqual([refundWithoutEnd('a', 100_000)]);
      expect(refund(status, undefined, { end: true })).toEqual(refundWithEnd(100_000, false));
      expect(refund(status, undefined, { end: true, restock: true })).toEqual(refundWithEnd(100_000, true));
    },
  );

  it('with `end` does what `end` says, with or without remaining money', () => {
    expect(refund('confirmed', 90_000, { end: true })).toEqual(refundWithEnd(90_000, true));
    expect(refund('confirmed', undefined, { end: false })).toEqual([refundWithoutEnd('a', 100_000)]);
  });

  it('takes earlier refunds into account, and first gives back the money that is owed', () => {
    const part = [refundRequested('b', 30_000), refundMade('b', 30_000)];
    expect(refund('confirmed', undefined, {}, part)).toEqual(refundWithEnd(70_000, true));
    expect(refund('confirmed', 70_000, {}, [refundRequested('b', 30_000), refundFailed('b', 30_000)])).toEqual([
      refundWithoutEnd('a', 70_000), // 30,000 of the 70,000 were owed, so the shop keeps 30,000 of the paid money
    ]);
  });

  it('takes goods back from the customer only once', () => {
    const back = [refundRequestedWith('a', 100_000, { end: false, restock: true })];
    expect(refund('completed', undefined, { restock: true })).toEqual(back);
    expect(refund('completed', undefined, { end: true })).toEqual([refundWithoutEnd('a', 100_000)]);
    const once = [refundRequestedWith('b', 10_000, { end: false, restock: true })];
    expect(() => refund('completed', 1, { restock: true }, once)).toThrow(
      expect.objectContaining({ code: 'NOTHING_TO_RESTOCK' }),
    );
  });

  it('takes goods back only if all the remaining money is refunded', () => {
    const needsAll = expect.objectContaining({ code: 'RESTOCK_NEEDS_ALL_MONEY', params: { amount: '100.000 ₫' } });
    for (const part of [1, 99_999]) expect(() => refund('completed', part, { restock: true })).toThrow(needsAll);
    const back = (amount: number) => [refundRequestedWith('a', amount, { end: false, restock: true })];
    expect(refund('completed', 100_000, { restock: true })).toEqual(back(100_000));
    const before = [refundRequested('b', 30_000), refundMade('b', 30_000)];
    expect(refund('completed', 70_000, { restock: true }, before)).toEqual(back(70_000));
    expect(refund('preparing', 60_000, { end: true, restock: true })).toEqual(refundWithEnd(60_000, true));
  });

  it('takes no goods back from an order that continues, or whose goods have gone back already', () => {
    const refused = expect.objectContaining({ code: 'NOTHING_TO_RESTOCK' });
    expect(() => refund('confirmed', 1, { restock: true })).toThrow(refused);
    expect(() => refund('preparing', 1, { restock: true })).toThrow(refused);
    const ended = [refundRequestedWith('b', 10_000, { end: true, restock: false })];
    expect(() => refund('preparing', 1, { restock: true }, ended)).toThrow(refused);
    // The order has ended already.
    expect(refund('preparing', 1, { end: true }, ended)).toEqual([refundWithoutEnd('a', 1)]);
    expect(refund('preparing', 1, { restock: false })).toEqual([refundWithoutEnd('a', 1)]);
  });

  it('that ends the order makes the order refunded when no money is owed or on its way, even if the shop keeps a part', () => {
    const after = (...events: readonly OrderEvent[]) =>
      orderAfter(...factsUntil.preparing, ...refundWithEnd(60_000, false), ...events);
    expect(after()).toMatchObject({ status: 'preparing', ended: true, goods: 'waste' });
    expect(after(refundMade('a', 60_000))).toMatchObject({ status: 'refunded', goods: 'waste' });
    const late = after(refundFailed('a', 60_000));
    expect(late).toMatchObject({ status: 'preparing', ended: true, owed: vnd(60_000) });
    const [again] = refundAgain(late, 'again');
    expect(again).toMatchObject({ data: { amount: vnd(60_000), end: true } });
    const id = derivedId('a', 'again');
    expect(orderAfter(...factsUntil.preparing, ...refundWithEnd(60_000, false), refundFailed('a', 60_000), again, refundMade(id, 60_000)))
      .toMatchObject({ status: 'refunded' }); // prettier-ignore
  });

  it('with `end: false` leaves the status as it is, but a full refund without `end` makes the order refunded', () => {
    expect(orderAfter(...factsUntil.ready, refundWithoutEnd('a', 100_000), refundMade('a', 100_000)).status).toBe(
      'ready',
    );
    expect(orderAfter(...factsUntil.completed, refundWithoutEnd('a', 100_000), refundMade('a', 100_000)).status).toBe(
      'refunded',
    );
    expect(orderAfter(...factsUntil.ready, refundRequested('a', 100_000), refundMade('a', 100_000)).status).toBe(
      'refunded',
    );
  });

  it('that is requested again does not end the order if the first request did not end it', () => {
    const [again] = refundAgain(
      orderAfter(...factsUntil.confirmed, refundWithoutEnd('a', 100_000), refundFailed('a', 100_000)),
      'again',
    );
    expect(again).toMatchObject({ data: { end: false } });
  });
});

describe('Refunding an order', () => {
  it('gives back a part of the money', () => {
    expect(refundOrder(orderAfter(...factsUntil.completed), ask('a', 40_000))).toEqual([refundWithoutEnd('a', 40_000)]);
  });

  it('gives back all the remaining money if the request has no amount', () => {
    const order = orderAfter(...factsUntil.completed, refundRequested('a', 40_000), refundMade('a', 40_000));
    expect(refundOrder(order, ask('b'))).toEqual([refundWithoutEnd('b', 60_000)]);
  });

  it('never gives back more than the remaining money, and refunds on their way are subtracted', () => {
    const order = orderAfter(...factsUntil.completed, refundRequested('a', 40_000));
    expect(() => refundOrder(order, ask('b', 60_001))).toThrow(expect.objectContaining({ code: 'REFUND_TOO_LARGE' }));
    expect(refundOrder(order, ask('b', 60_000))).toEqual([refundWithoutEnd('b', 60_000)]);
  });

  it('does not subtract a failed refund from the remaining money', () => {
    const order = orderAfter(...factsUntil.completed, refundRequested('a', 100_000), refundFailed('a', 100_000));
    expect(refundOrder(order, ask('b'))).toEqual([refundWithoutEnd('b', 100_000)]);
  });

  it.each([
    ['pending', orderAfter(facts.placed)],
    ['closed before it was paid', orderAfter(facts.placed, facts.cancelled)],
    ['to be paid in cash', orderAfter(facts.placedForCash, facts.confirmedForCash)],
    ['refunded', orderAfter(...factsUntil.completed, refundRequested('a', 100_000), refundMade('a', 100_000))],
  ])('is refused when there is nothing to give back: %s', (_, order) => {
    expect(() => refundOrder(order, ask('z'))).toThrow(expect.objectContaining({ code: 'NOTHING_TO_REFUND' }));
  });

  it('is recorded only once if it is requested twice', () => {
    expect(refundOrder(orderAfter(...factsUntil.completed, refundRequested('a', 100_000)), ask('a'))).toEqual([]);
  });

  it('is refused if the order does not exist', () => {
    expect(() => refundOrder(orderAfter(), ask('a'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

const refused = (refundId: string, amount: number) => [
  refundRequested(refundId, amount),
  refundFailed(refundId, amount),
];
const givenByHand = (refundId: string, amount: number) => [
  refundRequested(refundId, amount),
  refundMade(refundId, amount),
];

describe('A refund that a provider refused, requested again', () => {
  const again = (...events: readonly OrderEvent[]) =>
    refundAgain(orderAfter(...factsUntil.completed, ...events), 'cold');
  const next = (refundId: string, amount: number) => [refundRequested(derivedId(refundId, 'again'), amount)];

  it('has a new id', () => {
    expect(again(...refused('a', 20_000))).toEqual(next('a', 20_000));
  });

  it('has the amount that is still owed, if staff have refunded a part or a part is on its way', () => {
    expect(again(...refused('a', 20_000), ...givenByHand('b', 15_000))).toEqual(next('a', 5_000));
    expect(again(...refused('a', 20_000), refundRequested('b', 15_000))).toEqual(next('a', 5_000));
  });

  it('has the whole amount if the refund by staff was refused too', () => {
    expect(again(...refused('a', 20_000), ...refused('b', 15_000))).toEqual(next('b', 20_000));
  });

  it('has the sum of all refused amounts', () => {
    expect(again(refundRequested('a', 20_000), refundRequested('b', 30_000), ...[refundFailed('b', 30_000)])).toEqual(
      next('b', 30_000),
    );
    expect(
      again(
        refundRequested('a', 20_000),
        refundRequested('b', 30_000),
        refundFailed('b', 30_000),
        refundFailed('a', 20_000),
      ),
    ).toEqual(next('b', 50_000));
  });

  it('is not requested if no money is owed', () => {
    expect(again(...refused('a', 20_000), ...givenByHand('b', 20_000))).toEqual([]);
    expect(again(...refused('a', 20_000), refundRequested('b', 30_000))).toEqual([]);
    expect(again(...refused('a', 20_000), ...next('a', 20_000))).toEqual([]);
    expect(refundAgain(orderAfter(facts.placed), 'cold')).toEqual([]);
    expect(refundAgain(orderAfter(), 'cold')).toEqual([]);
  });

  it('can fail and be requested again, any number of times', () => {
    const [first] = next('a', 20_000);
    const id = derivedId('a', 'again');
    expect(again(...refused('a', 20_000), first, refundFailed(id, 20_000))).toEqual(next(id, 20_000));
  });

  it('is possible while money is owed or on its way, and is refused otherwise', () => {
    const owedOf = (...events: readonly OrderEvent[]) => amountToRetry(orderAfter(...factsUntil.completed, ...events));
    expect(owedOf(...refused('a', 20_000), ...givenByHand('b', 15_000))).toEqual(vnd(5_000));
    // The refund is on its way, and the saga can repeat its request.
    expect(owedOf(refundRequested('a', 20_000))).toEqual(vnd(0));
    for (const events of [[], givenByHand('a', 1), [...refused('a', 20_000), ...givenByHand('b', 20_000)]])
      expect(() => owedOf(...events)).toThrow(expect.objectContaining({ code: 'NOTHING_OWED' }));
    expect(() => amountToRetry(orderAfter(facts.placed))).toThrow(expect.objectContaining({ code: 'NOTHING_OWED' }));
  });

  it('gives back exactly the amount that staff decided, even if refunds fail, are made by staff or are retried', () => {
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
        let events: readonly OrderEvent[] = factsUntil.completed;
        const now = () => orderAfter(...events) as Extract<Order, OrderMoney>;
        const findOpenRefund = (index: number) =>
          now()
            .refunds.filter(({ state }) => state === 'requested')
            .at(index)?.refundId;
        let decided = 0;
        asked.forEach((step, index) => {
          const before = now();
          if (step.kind === 'retry') events = [...events, ...refundAgain(before, 'again')];
          else if (step.kind === 'by hand') {
            const amount = Math.min(step.amount, refundableAmount(before).amount);
            if (amount === 0) return;
            events = [...events, ...refundOrder(before, ask((index + 1).toString(16), amount))];
            decided += Math.max(0, amount - owedAmount(before).amount); // a refund first gives back the owed money
          } else {
            const id = findOpenRefund(step.which);
            if (!id) return;
            events = [...events, ...(step.kind === 'done' ? recordRefund(before, id) : recordRefundFailure(before, id, 'no'))]; // prettier-ignore
          }
          const { refunds, paid } = now();
          const onTheWay = sum(refunds.filter(({ state }) => state === 'requested').map(({ amount }) => amount));
          expect(totalRefunded(now()).amount).toBeLessThanOrEqual(paid.amount);
          expect(totalRefunded(now()).amount + onTheWay.amount + owedAmount(now()).amount).toBe(decided);
        });
        // At the end of the test, all owed money is requested again, and all refunds succeed.
        events = [...events, ...refundAgain(now(), 'again')];
        for (let id = findOpenRefund(0); id; id = findOpenRefund(0)) events = [...events, ...recordRefund(now(), id)];
        expect(totalRefunded(now()).amount).toBe(decided);
        expect(owedAmount(now()).amount).toBe(0);
      }),
    );
  });
});

describe('The result of a refund', () => {
  const requested = orderAfter(...factsUntil.completed, refundRequested('a', 40_000));

  it('is recorded only once', () => {
    expect(recordRefund(requested, 'a')).toEqual([refundMade('a', 40_000)]);
    expect(recordRefund(orderAfter(...factsUntil.completed, refundRequested('a', 1), refundMade('a', 1)), 'a')).toEqual(
      [],
    );
    expect(recordRefund(orderAfter(facts.placed), 'a')).toEqual([]);
    expect(recordRefund(requested, 'unknown')).toEqual([]);
  });

  it('is also recorded when the refund failed', () => {
    expect(recordRefundFailure(requested, 'a', 'card closed')).toEqual([refundFailed('a', 40_000)]);
    expect(recordRefundFailure(requested, 'unknown', 'card closed')).toEqual([]);
  });

  const paid = orderAfter(...factsUntil.completed);
  const again = { refundId: 'a', amount: vnd(40_000), reason: 'noted again: its request was declared void' };

  it('is recorded with the request of the refund if that request was declared void, but never with more than was paid', () => {
    expect(recordRefund(paid, 'a', vnd(40_000))).toEqual([
      { type: 'RefundRequested', data: again },
      refundMade('a', 40_000),
    ]);
    expect(recordRefund(paid, 'a', vnd(100_001))).toEqual([]);
    expect(recordRefund(orderAfter(facts.placed), 'a', vnd(40_000))).toEqual([]);
    expect(recordRefund(orderAfter(facts.placed, facts.cancelled), 'a', vnd(40_000))).toEqual([]);
  });

  it('is also recorded with the request when the refund failed, and the money is owed if no other refund gave it back', () => {
    const failed = recordRefundFailure(paid, 'a', 'card closed', vnd(40_000));
    expect(failed).toEqual([{ type: 'RefundRequested', data: again }, refundFailed('a', 40_000)]);
    const owes = (...before: OrderEvent[]) =>
      owedAmount(orderAfter(...factsUntil.completed, ...before, ...failed) as OrderMoney).amount;
    expect(owes()).toBe(40_000);
    expect(owes(refundRequested('b', 100_000), refundMade('b', 100_000))).toBe(0);
    expect(recordRefundFailure(orderAfter(facts.placed, facts.cancelled), 'a', 'card closed', vnd(40_000))).toEqual([]);
  });

  it('does not count if the order does not count as paid', () => {
    const unpaid = orderAfter(facts.placed, facts.cancelled, refundRequested('a', 40_000), refundMade('a', 40_000));
    expect(unpaid).toEqual(orderAfter(facts.placed, facts.cancelled));
  });

  it('changes the status to refunded when all money has gone back', () => {
    const rest = orderAfter(
      ...factsUntil.completed,
      refundRequested('a', 40_000),
      refundMade('a', 40_000),
      refundRequested('b', 60_000),
    );
    expect(rest.status).toBe('completed');
    expect(refundData('b', 60_000).amount).toEqual(vnd(60_000));
    const order = orderAfter(
      ...factsUntil.completed,
      refundRequested('a', 40_000),
      refundMade('a', 40_000),
      refundRequested('b', 60_000),
      refundMade('b', 60_000),
    );
    expect(order.status).toBe('refunded');
  });

  it('leaves a cancelled order cancelled', () => {
    const order = orderAfter(
      ...factsUntil.confirmed,
      facts.cancelled,
      refundRequested('a', 100_000),
      refundMade('a', 100_000),
    );
    expect(order.status).toBe('cancelled');
  });
});
