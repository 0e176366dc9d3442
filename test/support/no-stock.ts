import { StockHeld } from '#contracts/inventory';

/** An inventory in which orders hold nothing. */
export const noStock = {
  provide: StockHeld,
  useValue: {
    availableAfter: async (counts) => new Map(counts.map(({ variantId, onHand }) => [variantId, onHand])),
  } satisfies StockHeld,
};
