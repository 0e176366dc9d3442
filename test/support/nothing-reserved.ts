import { StockCounts } from '#contracts/inventory';

/** A fake inventory in which nothing is reserved: every piece that was counted can be bought. */
export const nothingReserved = {
  provide: StockCounts,
  useValue: {
    availableAfter: async (counts) => new Map(counts.map(({ variantId, onHand }) => [variantId, onHand])),
  } satisfies StockCounts,
};
