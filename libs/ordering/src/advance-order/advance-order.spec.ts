import { vnd } from '#kernel';
import { facts, orderAfter, factsUntil, refundRequestedWith, refundMade } from '../model/order-samples';
import { advanceOrder, steps, type Step } from './advance-order';

const life = ['pending', 'confirmed', 'accepted', 'preparing', 'ready', 'completed'] as const;
const from: Record<Step, (typeof life)[number]> = {
  accept: 'confirmed',
  prepare: 'accepted',
  ready: 'preparing',
  complete: 'ready',
};
const fact: Record<Step, object> = {
  accept: facts.accepted,
  prepare: facts.preparing,
  ready: facts.readied,
  complete: facts.completed,
};

describe.each(steps)('To %s an order', (step) => {
  it(`is possible when it is ${from[step]}`, () => {
    expect(advanceOrder(orderAfter(...factsUntil[from[step]]), step)).toEqual([fact[step]]);
  });

  it('changes nothing when it is requested again', () => {
    const to = life[life.indexOf(from[step]) + 1];
    expect(advanceOrder(orderAfter(...factsUntil[to]), step)).toEqual([]);
  });

  it('is refused in every other status', () => {
    const at = life.indexOf(from[step]);
    for (const status of life.filter((_, index) => index !== at && index !== at + 1))
      expect(() => advanceOrder(orderAfter(...factsUntil[status]), step)).toThrow(
        expect.objectContaining({ code: 'WRONG_STATUS' }),
      );
    expect(() => advanceOrder(orderAfter(facts.placed, facts.cancelled), step)).toThrow(
      expect.objectContaining({ code: 'WRONG_STATUS' }),
    );
  });

  it('is refused after a refund has ended the order, even before the money is back', () => {
    for (const status of ['confirmed', 'accepted', 'preparing', 'ready'] as const) {
      const ended = orderAfter(...factsUntil[status], refundRequestedWith('a', 100_000, { end: true, restock: true }));
      expect(() => advanceOrder(ended, step)).toThrow(expect.objectContaining({ code: 'WRONG_STATUS' }));
    }
  });

  it('is possible for an order that is a gift: all its money went back, and it is still made', () => {
    const gift = [refundRequestedWith('a', 100_000, { end: false }), refundMade('a', 100_000)];
    expect(advanceOrder(orderAfter(...factsUntil[from[step]], ...gift), step)).toEqual([fact[step]]);
  });

  it('is refused if the order does not exist', () => {
    expect(() => advanceOrder(orderAfter(), step)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

it('completing an order to be paid in cash collects the total', () => {
  const { placedForCash, confirmedForCash, accepted, preparing, readied, completedForCash } = facts;
  const ready = orderAfter(placedForCash, confirmedForCash, accepted, preparing, readied);
  expect(advanceOrder(ready, 'complete')).toEqual([completedForCash]);
  expect(orderAfter(placedForCash, confirmedForCash, accepted, preparing, readied, completedForCash)).toMatchObject({
    status: 'completed',
    paid: vnd(100_000),
  });
});
