import fc from 'fast-check';
import { vnd } from '#kernel';
import { pointsFor, pointsToTakeBack, tierOf } from './points';

describe('Points', () => {
  it.each([
    [0, 0],
    [9_999, 0],
    [10_000, 1],
    [99_999, 9],
    [155_000, 15],
  ])('of an order of %d ₫ are %d', (total, points) => expect(pointsFor(vnd(total))).toBe(points));

  it('go in proportion, and all of them with the whole refund', () => {
    const order = { total: 100_000, earned: 10, refunded: 0, takenBack: 0 };
    expect(pointsToTakeBack(order, 50_000)).toBe(5);
    expect(pointsToTakeBack({ ...order, refunded: 50_000, takenBack: 5 }, 100_000)).toBe(5);
    expect(pointsToTakeBack(order, 100_000)).toBe(10);
  });

  it('are never taken back twice for one refund', () => {
    expect(pointsToTakeBack({ total: 100_000, earned: 10, refunded: 50_000, takenBack: 5 }, 50_000)).toBe(0);
  });

  it('taken back never exceed what was earned, in whatever steps the money goes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5_000_000 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
        (total, steps) => {
          const earned = pointsFor(vnd(total));
          let order = { total, earned, refunded: 0, takenBack: 0 };
          for (const step of [...steps.sort(), 1]) {
            const refunded = Math.floor(total * step);
            const points = pointsToTakeBack(order, refunded);
            order = { ...order, refunded, takenBack: order.takenBack + points };
            expect(order.takenBack).toBeLessThanOrEqual(earned);
          }
          expect(order.takenBack).toBe(earned);
        },
      ),
    );
  });

  it('make a tier', () =>
    expect([0, 199, 200, 999, 1000].map(tierOf)).toEqual(['bronze', 'bronze', 'silver', 'silver', 'gold']));
});
