import type { Portion } from '#contracts/cart';

/** The pieces of a portion that were ordered, and the order. */
export interface PlacedPortion extends Portion {
  readonly orderId: string;
}

export type OrderedPortions = 'nothing' | 'something' | { readonly allOf: string };

/**
 * Whether a cart has portions that were ordered before, from this cart or from a cart whose lines a log-in moved here.
 * `nothing`: no portion was ordered before. `something`: some portions were ordered before, and others can still be
 * ordered. `allOf`: every portion was ordered before. The value of `allOf` is the id of the order that took the first
 * portion.
 */
export function orderedPortionsOf(portions: readonly Portion[], placed: readonly PlacedPortion[]): OrderedPortions {
  const placedById = new Map(placed.map((portion) => [portion.id, portion]));
  const ordered = portions.filter(({ id }) => placedById.has(id));
  if (ordered.length === 0) return 'nothing';
  const isOrderedBefore = ({ id, quantity }: Portion) => quantity <= (placedById.get(id)?.quantity ?? 0);
  return portions.every(isOrderedBefore) ? { allOf: placedById.get(ordered[0].id)!.orderId } : 'something';
}
