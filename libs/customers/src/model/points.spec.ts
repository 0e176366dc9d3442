import fc from 'fast-check';
import { vnd } from '#kernel';
import { pointsChange, noPoints, pointsFor, tierOf, type MoneyTotals, type PointsOfOrder } from './points';

const after = (...reports: readonly MoneyTotals[]): PointsOfOrder =>
  reports.reduce<PointsOfOrder>((order, one) => pointsChange(order, one).order, noPoints);
const balanceOf = ({ earned, takenBack }: PointsOfOrder): number => earned - takenBack;

describe('Points', () => {
  it.each([
    [0, 0],
    [9_999, 0],
    [10_000, 1],
    [99_999, 9],
    [155_000, 15],
  ])('for %d ₫ are %d', (kept, points) => expect(pointsFor(vnd(kept))).toBe(points));

  it('are added when the money is paid', () => {
    expect(pointsChange(noPoints, { paid: 155_000 })).toMatchObject({ change: 15, order: { earned: 15 } });
    expect(pointsChange(noPoints, { paid: 0 })).toMatchObject({ change: 0 });
  });

  it('are computed from the money that the shop keeps, and rounded once', () => {
    // 155,000 ₫ gave 15 points. After the refund, the kept 150,000 ₫ still give 15 points.
    expect(pointsChange(after({ paid: 155_000 }), { refunded: 5_000 })).toMatchObject({ change: 0 });
    expect(balanceOf(after({ paid: 155_000 }, { refunded: 5_000 }, { refunded: 5_001 }))).toBe(14);
    expect(balanceOf(after({ paid: 155_000 }, { refunded: 155_000 }))).toBe(0);
  });

  it('are not added for an order that was cancelled before it was paid', () => {
    expect(after({ refunded: 100_000 })).toMatchObject({ earned: 0, takenBack: 0 });
  });

  it('match the kept money after any refunds, also if messages are repeated or come in another order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5_000_000 }),
        fc.array(fc.integer({ min: 0, max: 600_000 }), { maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        (total, refunds, positions) => {
          let refunded = 0;
          const reports: MoneyTotals[] = [{ paid: total }];
          for (const amount of refunds) reports.push({ refunded: (refunded = Math.min(total, refunded + amount)) });
          const messages = [...reports, ...reports]
            .map((one) => ({ one, at: positions.next().value as number }))
            .sort((a, b) => a.at - b.at)
            .map(({ one }) => one);
          let order = noPoints;
          for (const one of messages) {
            order = pointsChange(order, one).order;
            expect(balanceOf(order)).toBeGreaterThanOrEqual(0);
            expect(balanceOf(order)).toBe(pointsFor(vnd(Math.max(0, order.paid - order.refunded))));
          }
          expect(balanceOf(order)).toBe(pointsFor(vnd(total - refunded)));
        },
      ),
    );
  });

  it('decide the tier', () =>
    expect([0, 199, 200, 999, 1000].map(tierOf)).toEqual(['bronze', 'bronze', 'silver', 'silver', 'gold']));
});
