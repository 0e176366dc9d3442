import { StockBelowReserved, StockChanged, StockTooLarge } from '../model/stock-errors';
import { adjust, count, decidedOn, mostOnHand } from './adjust-stock';

const stock = { item: 'beans', variantId: null, sku: 'BEANS', onHand: 10, reserved: 4, version: 7 };

describe('Counting the shelf', () => {
  it('moves on hand to what was counted', () => {
    expect(count(stock, 25)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'counted', onHand: 15, reserved: 0 });
    expect(count(stock, 4)).toEqual({ item: 'beans', sku: 'BEANS', kind: 'counted', onHand: -6, reserved: 0 });
  });
  it('moves nothing when it was known', () => expect(count(stock, 10)).toBeUndefined());
  it('is refused below what is set aside', () => expect(() => count(stock, 3)).toThrow(StockBelowReserved));
});

describe('A change of stock', () => {
  it.each([[[]], [[6]], [[6, 8]]])('is refused to who has seen versions %j of version 7', (seen) =>
    expect(() => decidedOn(stock, seen)).toThrow(StockChanged),
  );
  it.each([[undefined], [[7]], [[7, 8]], [[6, 7]]])('is taken from who has seen versions %j', (seen) =>
    expect(() => decidedOn(stock, seen)).not.toThrow(),
  );
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
