import { vnd } from '#kernel';
import type { PricedLine } from '#contracts/catalog';
import { facts, given, line, orderId, samplePlaced } from '../model/order-samples';
import { demandOf } from '../model/demand';
import { orderNumber } from '../model/order-number';
import { caps, orderLines, placeOrder } from './place-order';

const { subtotal: _s, deliveryFee: _d, total: _t, ...request } = samplePlaced;

const priced = (sku: string, quantity: number): PricedLine => ({
  ...line(sku, quantity, 30_000),
  imageUrl: null,
  available: 5,
  modifiers: [{ optionId: 'o', group: 'Milk', name: 'Oat', quantity: 1, price: vnd(5_000) }],
});

describe('Placing an order', () => {
  it('adds the lines up', () => {
    expect(placeOrder(given(), request)).toEqual([facts.placed]);
  });

  it('refuses an empty cart', () => {
    expect(() => placeOrder(given(), { ...request, lines: [] })).toThrow(
      expect.objectContaining({ code: 'CART_EMPTY' }),
    );
    expect(() => orderLines(orderId, [])).toThrow(expect.objectContaining({ code: 'CART_EMPTY' }));
  });

  it('asked twice, places once', () => {
    expect(placeOrder(given(facts.placed), request)).toEqual([]);
  });

  it.each([
    ['lines', Array.from({ length: caps.lines + 1 }, (_, i) => line(`s${i}`, 1, 1))],
    ['pieces of one SKU, over all lines', [line('a', caps.piecesOfOneSku, 1), line('a', 1, 1)]],
    ['money', [line('a', 11, 100_000_000)]],
  ])('has a cap on %s', (_, lines) => {
    expect(() => placeOrder(given(), { ...request, lines })).toThrow(
      expect.objectContaining({ code: 'ORDER_TOO_LARGE' }),
    );
  });

  it("takes the catalogue's answers as lines, with ids that a repeat gives again", () => {
    const lines = orderLines(orderId, [priced('a', 1), priced('a', 2)]);
    expect(lines).toHaveLength(2);
    expect(lines[0].lineId).not.toBe(lines[1].lineId);
    expect(lines[0]).not.toHaveProperty('available');
    expect(lines[0].modifiers).toEqual(priced('a', 1).modifiers);
    expect(orderLines(orderId, [priced('a', 1), priced('a', 2)])).toEqual(lines);
  });

  it('names every line that cannot be sold', () => {
    const gone = { variantId: 'v', code: 'VARIANT_UNAVAILABLE', message: 'gone' } as const;
    expect(() => orderLines(orderId, [priced('a', 1), gone])).toThrow(
      expect.objectContaining({ code: 'VARIANT_UNAVAILABLE', details: [{ field: 'lines.1', message: 'gone' }] }),
    );
  });
});

it('demand is summed per SKU, in SKU order', () => {
  expect(demandOf([line('b', 1, 1), line('a', 2, 1), line('b', 3, 1)])).toEqual([
    { sku: 'a', quantity: 2 },
    { sku: 'b', quantity: 4 },
  ]);
});

it('an order number tells the day and nothing else', () => {
  const number = orderNumber(orderId, '2026-11-23T03:04:05.678Z');
  expect(number).toMatch(/^261123-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  expect(orderNumber(orderId.replace(/1$/, '2'), '2026-11-23T03:04:05.678Z')).not.toBe(number);
});
