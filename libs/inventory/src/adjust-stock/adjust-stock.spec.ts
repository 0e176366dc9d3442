import { StockBelowReserved, StockChanged, StockTooLarge } from '../model/stock-errors';
import { adjustStock, countStock, requireSeenVersion, maxOnHand } from './adjust-stock';

const stock = { item: 'beans', variantId: null, sku: 'BEANS', onHand: 10, reserved: 4, version: 7 };

describe('Counting the shelf', () => {
  it('sets on hand to the count', () => {
    expect(countStock(stock, 25)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'counted', onHand: 15, reserved: 0 });
    expect(countStock(stock, 4)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'counted', onHand: -6, reserved: 0 });
  });
  it('changes nothing when the count is the same', () => expect(countStock(stock, 10)).toBeUndefined());
  it('is refused below the reserved number', () => expect(() => countStock(stock, 3)).toThrow(StockBelowReserved));
});

describe('A change of stock', () => {
  it.each([[[]], [[6]], [[6, 8]]])('is refused for a caller who has seen versions %j, but not 7', (seen) =>
    expect(() => requireSeenVersion(stock, seen)).toThrow(StockChanged),
  );
  it.each([[undefined], [[7]], [[7, 8]], [[6, 7]]])('is accepted from a caller who has seen versions %j', (seen) =>
    expect(() => requireSeenVersion(stock, seen)).not.toThrow(),
  );
});

describe('Adjusting stock', () => {
  it('adds goods that came in, and subtracts goods that were lost', () => {
    expect(adjustStock(stock, 5)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'adjusted', onHand: 5, reserved: 0 });
    expect(adjustStock(stock, -6)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'adjusted', onHand: -6, reserved: 0 });
  });
  it('is refused below the reserved number', () => expect(() => adjustStock(stock, -7)).toThrow(StockBelowReserved));
  it('is refused above the limit', () => expect(() => adjustStock(stock, maxOnHand)).toThrow(StockTooLarge));

  it('can lower a number above the limit, but cannot raise it', () => {
    const full = { ...stock, onHand: maxOnHand + 50 };
    expect(adjustStock(full, -1)).toMatchObject({ onHand: -1 });
    expect(countStock(full, maxOnHand + 20)).toMatchObject({ onHand: -30 });
    expect(countStock(full, full.onHand)).toBeUndefined();
    expect(() => adjustStock(full, 1)).toThrow(StockTooLarge);
    expect(() => countStock(full, full.onHand + 1)).toThrow(StockTooLarge);
  });
});
