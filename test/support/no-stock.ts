import { StockCounts } from '#contracts/inventory';

/** A fake inventory without reservations. */
export const noStock = {
  provide: StockCounts,
  useValue: {
    availableAfter: async (counts) => new Map(counts.map(({ variantId, onHand }) => [variantId, onHand])),
  } satisfies StockCounts,
};
