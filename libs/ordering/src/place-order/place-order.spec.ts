import { vnd } from '#kernel';
import type { PricedLine } from '#contracts/catalog';
import { facts, orderAfter, line, orderId, samplePlaced } from '../model/order-samples';
import type { PlacedOrder } from '../model/placed-order';
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
  it('gives the order a total that is the sum of its lines', () => {
    expect(placeOrder(orderAfter(), request)).toEqual([facts.placed]);
  });

  it('refuses an empty cart', () => {
    expect(() => placeOrder(orderAfter(), { ...request, lines: [] })).toThrow(
      expect.objectContaining({ code: 'CART_EMPTY' }),
    );
    expect(() => orderLines(orderId, [])).toThrow(expect.objectContaining({ code: 'CART_EMPTY' }));
  });

  it('refuses a total to which the customer did not agree, and gives both totals', () => {
    expect(placeOrder(orderAfter(), request, vnd(100_000))).toEqual([facts.placed]);
    for (const agreed of [vnd(99_999), vnd(100_001)])
      expect(() => placeOrder(orderAfter(), request, agreed)).toThrow(
        expect.objectContaining({
          ...{ code: 'PRICE_CHANGED', kind: 'conflict' },
          details: [
            expect.objectContaining({ field: 'expectedTotal', amount: agreed }),
            expect.objectContaining({ field: 'total', amount: vnd(100_000) }),
          ],
        }),
      );
  });

  it('stores the price that the customer saw, but not if the customer agreed to the new total', () => {
    const wanted = { variantId: 'v', quantity: 2, modifiers: [], price: vnd(25_000) };
    const lines = orderLines(orderId, [priced('a', 2)], [{ ...wanted, portions: [{ id: 'p', quantity: 2 }] }]);
    expect(lines[0]).toMatchObject({ seenPrice: vnd(25_000), portions: [{ id: 'p', quantity: 2 }] });
    expect(orderLines(orderId, [priced('a', 2)], [{ ...wanted, price: vnd(30_000) }])[0]).not.toHaveProperty('seenPrice'); // prettier-ignore
    const joined = { ...wanted, price: vnd(30_000), otherPrices: [vnd(25_000)] };
    expect(orderLines(orderId, [priced('a', 2)], [joined])[0]).toMatchObject({ seenPrice: vnd(25_000) });
    const placed = placeOrder(orderAfter(), { ...request, lines }, vnd(60_000));
    expect((placed[0].data as PlacedOrder).lines[0]).not.toHaveProperty('seenPrice');
  });

  it('places no second order if the order exists', () => {
    expect(placeOrder(orderAfter(facts.placed), request)).toEqual([]);
  });

  it.each([
    ['lines', Array.from({ length: caps.lines + 1 }, (_, i) => line(`s${i}`, 1, 1))],
    ['pieces of one SKU, over all lines', [line('a', caps.piecesOfOneSku, 1), line('a', 1, 1)]],
    ['money', [line('a', 11, 100_000_000)]],
  ])('limits the %s of one order', (_, lines) => {
    expect(() => placeOrder(orderAfter(), { ...request, lines })).toThrow(
      expect.objectContaining({ code: 'ORDER_TOO_LARGE' }),
    );
  });

  it('limits the pieces in all lines of a guest who pays cash', () => {
    const lines = [line('a', 20, 30_000), line('b', 10, 30_000)];
    const cash = { method: 'cash', token: null, provider: null } as const;
    const guest = { ...request, customerId: null, guestTokenHash: 'h', payment: cash, lines };
    expect(placeOrder(orderAfter(), guest, undefined, 30)).toHaveLength(1);
    expect(() => placeOrder(orderAfter(), guest, undefined, 29)).toThrow(
      expect.objectContaining({
        code: 'ORDER_TOO_LARGE',
        kind: 'refused',
        params: expect.objectContaining({ most: 29 }),
      }),
    );
    const card = { ...guest, payment: { ...cash, method: 'card' as const } };
    const customer = { ...request, payment: cash, lines };
    for (const other of [card, customer]) expect(placeOrder(orderAfter(), other, undefined, 29)).toHaveLength(1);
    expect(placeOrder(orderAfter(), guest)).toHaveLength(1); // no limit is set
  });

  it("makes lines from the catalogue's answers, and a repeat makes the same line ids", () => {
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

it('demand is added up for each variant, in SKU order, even if the SKU of the variant was changed', () => {
  const lines = [
    { sku: 'b', variantId: '1', quantity: 1 },
    { sku: 'a', variantId: '2', quantity: 2 },
    { sku: 'c', variantId: '1', quantity: 3 },
  ];
  expect(demandOf(lines)).toEqual([
    { sku: 'a', variantId: '2', quantity: 2 },
    { sku: 'b', variantId: '1', quantity: 4 },
  ]);
});

it('an order number begins with the day', () => {
  const number = orderNumber(orderId, '2026-11-23T03:04:05.678Z');
  expect(number).toMatch(/^261123-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  expect(orderNumber(orderId.replace(/1$/, '2'), '2026-11-23T03:04:05.678Z')).not.toBe(number);
});
