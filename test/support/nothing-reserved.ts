import { StockCounts } from '#contracts/inventory';

/** A fake of `StockCounts` in which nothing is reserved, so all pieces on hand can be bought. */
export const nothingReserved = {
  provide: StockCounts,
  useValue: {
    availableAfter: async (counts) => new Map(counts.map(({ variantId, onHand }) => [variantId, onHand])),
  } satisfies StockCounts,
};
