import { StockBelowReserved, StockChanged, StockTooLarge } from '../model/stock-errors';
import { adjustStock, countStock, requireSeenVersion, maxOnHand } from './adjust-stock';

const stock = { item: 'beans', variantId: null, sku: 'BEANS', onHand: 10, reserved: 4, version: 7 };

describe('Counting the shelf', () => {
  it('moves on hand to what was counted', () => {
    expect(countStock(stock, 25)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'counted', onHand: 15, reserved: 0 });
    expect(countStock(stock, 4)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'counted', onHand: -6, reserved: 0 });
  });
  it('moves nothing when it was known', () => expect(countStock(stock, 10)).toBeUndefined());
  it('is refused below what is set aside', () => expect(() => countStock(stock, 3)).toThrow(StockBelowReserved));
});

describe('A change of stock', () => {
  it.each([[[]], [[6]], [[6, 8]]])('is refused to who has seen versions %j of version 7', (seen) =>
    expect(() => requireSeenVersion(stock, seen)).toThrow(StockChanged),
  );
  it.each([[undefined], [[7]], [[7, 8]], [[6, 7]]])('is taken from who has seen versions %j', (seen) =>
    expect(() => requireSeenVersion(stock, seen)).not.toThrow(),
  );
});

describe('Adjusting stock', () => {
  it('adds what came in and takes away what was lost', () => {
    expect(adjustStock(stock, 5)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'adjusted', onHand: 5, reserved: 0 });
    expect(adjustStock(stock, -6)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'adjusted', onHand: -6, reserved: 0 });
  });
  it('is refused below what is set aside', () => expect(() => adjustStock(stock, -7)).toThrow(StockBelowReserved));
  it('is refused beyond what a shelf holds', () => expect(() => adjustStock(stock, maxOnHand)).toThrow(StockTooLarge));

  it('takes away from what is more than a shelf holds, but adds nothing to it', () => {
    const full = { ...stock, onHand: maxOnHand + 50 };
    expect(adjustStock(full, -1)).toMatchObject({ onHand: -1 });
    expect(countStock(full, maxOnHand + 20)).toMatchObject({ onHand: -30 });
    expect(countStock(full, full.onHand)).toBeUndefined();
    expect(() => adjustStock(full, 1)).toThrow(StockTooLarge);
    expect(() => countStock(full, full.onHand + 1)).toThrow(StockTooLarge);
  });
});
