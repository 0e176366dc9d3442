import fc from 'fast-check';
import { vnd } from '#kernel';
import { facts, refundMade, moneyReversed, samplePlaced } from '../model/order-samples';
import type { OrderEvent } from '../model/order';
import { projectSale, splitByWeights, type Sale } from './sales';

const day = (index: number): string => `2026-11-2${index}T03:00:00.000Z`;
const sale = (...events: readonly OrderEvent[]): Sale =>
  events.reduce<Sale | undefined>((so, event, index) => projectSale(so, event, day(index)), undefined)!;
const net = ({ entries }: Sale): number =>
  entries.reduce((sum, { kind, amount }) => sum + (kind === 'sold' ? 1 : -1) * amount.amount, 0);

describe('The sales of an order', () => {
  it('do not contain money that was taken and given back', () => {
    expect(sale(facts.placed, moneyReversed(100_000), facts.cancelled).entries).toEqual([]);
    expect(net(sale(facts.placed, facts.confirmed, moneyReversed(100_000)))).toBe(
      net(sale(facts.placed, facts.confirmed)),
    );
  });

  it('are empty until the order is confirmed', () => {
    expect(sale(facts.placed).entries).toEqual([]);
    expect(sale(facts.placed, facts.cancelled).entries).toEqual([]);
  });

  it('count on the day of the confirmation, by product', () => {
    const { entries } = sale(facts.placed, facts.confirmed);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ kind: 'sold', at: day(1), amount: vnd(100_000) });
    expect(entries[0].parts.map((part) => part.amount.amount)).toEqual([60_000, 40_000]);
  });

  it('go down on the day on which money goes back', () => {
    const refunded = sale(facts.placed, facts.confirmed, refundMade('r', 30_000));
    expect(refunded.entries[1]).toMatchObject({ kind: 'refunded', at: day(2), amount: vnd(30_000) });
    expect(net(refunded)).toBe(70_000);
  });

  it('go down by the unpaid cash when the order is cancelled', () => {
    const lost = sale(facts.placedForCash, facts.confirmedForCash, facts.cancelled);
    expect(lost.entries[1]).toMatchObject({ kind: 'lost', amount: vnd(100_000) });
    expect(net(lost)).toBe(0);
  });

  it('go down only once when a paid card order is cancelled: by the refund, not by the cancellation', () => {
    const cancelled = sale(facts.placed, facts.confirmed, facts.cancelled, refundMade('r', 100_000));
    expect(cancelled.entries.map((entry) => entry.kind)).toEqual(['sold', 'refunded']);
    expect(net(cancelled)).toBe(0);
  });

  it('are spread over products without losing a đồng, whatever is refunded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
        (prices, shares) => {
          const lines = prices.map((price, index) => ({
            ...samplePlaced.lines[0],
            lineTotal: vnd(price),
            productId: String(index),
          }));
          const total = prices.reduce((a, b) => a + b, 0);
          const placed: OrderEvent = {
            type: 'OrderPlaced',
            data: { ...samplePlaced, lines, subtotal: vnd(total), total: vnd(total) },
          };
          let left = total;
          const refunds = [...shares, 1].map((share) => {
            const amount = Math.floor(left * share);
            left -= amount;
            return refundMade('r', amount);
          });
          const all = sale(
            placed,
            { ...facts.confirmed, data: { ...facts.confirmed.data, paid: vnd(total) } },
            ...refunds,
          );
          for (const entry of all.entries) {
            expect(entry.parts.reduce((sum, part) => sum + part.amount.amount, entry.fee.amount)).toBe(
              entry.amount.amount,
            );
          }
          expect(net(all)).toBe(0);
          const back = all.entries.slice(1);
          prices.forEach((price, index) => {
            expect(back.reduce((sum, entry) => sum + entry.parts[index].amount.amount, 0)).toBe(price);
          });
        },
      ),
    );
  });

  it('are split exactly, even if all weights are zero', () => {
    expect(splitByWeights(10, [1, 1, 1])).toEqual([3, 3, 4]);
    expect(splitByWeights(5, [0, 0])).toEqual([5, 0]);
    expect(splitByWeights(0, [1])).toEqual([0]);
  });
});
