import { StockBelowReserved, StockChanged, StockTooLarge } from '../model/stock-errors';
import { adjust, count, mostOnHand } from './adjust-stock';

const stock = { sku: 'BEANS', onHand: 10, reserved: 4, version: 7 };

describe('Counting the shelf', () => {
  it('moves on hand to what was counted', () => {
    expect(count(stock, 25)).toEqual({ sku: 'BEANS', kind: 'counted', onHand: 15, reserved: 0 });
    expect(count(stock, 4)).toEqual({ sku: 'BEANS', kind: 'counted', onHand: -6, reserved: 0 });
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
    expect(adjust(stock, 5)).toEqual({ sku: 'BEANS', kind: 'adjusted', onHand: 5, reserved: 0 });
    expect(adjust(stock, -6)).toEqual({ sku: 'BEANS', kind: 'adjusted', onHand: -6, reserved: 0 });
  });
  it('is refused below what is set aside', () => expect(() => adjust(stock, -7)).toThrow(StockBelowReserved));
  it('is refused beyond what a shelf holds', () => expect(() => adjust(stock, mostOnHand)).toThrow(StockTooLarge));
});
