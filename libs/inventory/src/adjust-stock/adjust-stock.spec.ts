import { StockBelowReserved, StockChanged, StockTooLarge } from '../model/stock-errors';
import { adjust, count, mostOnHand } from './adjust-stock';

const stock = { item: 'beans', variantId: null, sku: 'BEANS', onHand: 10, reserved: 4, version: 7 };

describe('Counting the shelf', () => {
  it('moves on hand to what was counted', () => {
    expect(count(stock, 25)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'counted', onHand: 15, reserved: 0 });
    expect(count(stock, 4)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'counted', onHand: -6, reserved: 0 });
  });
  it('moves nothing when it was known', () => expect(count(stock, 10)).toBeUndefined());
  it('is refused below what is set aside', () => expect(() => count(stock, 3)).toThrow(StockBelowReserved));
  it('is refused to who has seen an older version', () => {
    expect(() => count(stock, 25, 6)).toThrow(StockChanged);
    expect(count(stock, 25, 7)).toBeDefined();
  });
});

describe('Adjusting stock', () => {
  it('adds what came in and takes away what was lost', () => {
    expect(adjust(stock, 5)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'adjusted', onHand: 5, reserved: 0 });
    expect(adjust(stock, -6)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'adjusted', onHand: -6, reserved: 0 });
  });
  it('is refused below what is set aside', () => expect(() => adjust(stock, -7)).toThrow(StockBelowReserved));
  it('is refused beyond what a shelf holds', () => expect(() => adjust(stock, mostOnHand)).toThrow(StockTooLarge));

  it('takes away from what is more than a shelf holds, but adds nothing to it', () => {
    const full = { ...stock, onHand: mostOnHand + 50 };
    expect(adjust(full, -1)).toMatchObject({ onHand: -1 });
    expect(count(full, mostOnHand + 20)).toMatchObject({ onHand: -30 });
    expect(count(full, full.onHand)).toBeUndefined();
    expect(() => adjust(full, 1)).toThrow(StockTooLarge);
    expect(() => count(full, full.onHand + 1)).toThrow(StockTooLarge);
  });
});
