import type { Portion } from '#contracts/cart';

/** The part of a portion that an order took. */
export interface PlacedPortion extends Portion {
  readonly orderId: string;
}

export type OrderedPortions = 'nothing' | 'something' | { readonly allOf: string };

/**
 * Whether a cart holds portions that were ordered before, from this cart or from another one whose lines a log-in moved
 * here. `nothing`: no such portions. `something`: such portions, and others that can be ordered. `allOf`: every portion
 * was ordered before. Its value is the id of the order that took the first portion.
 */
export function orderedPortionsOf(portions: readonly Portion[], placed: readonly PlacedPortion[]): OrderedPortions {
  const placedById = new Map(placed.map((portion) => [portion.id, portion]));
  const ordered = portions.filter(({ id }) => placedById.has(id));
  if (ordered.length === 0) return 'nothing';
  const isOrderedBefore = ({ id, quantity }: Portion) => quantity <= (placedById.get(id)?.quantity ?? 0);
  return portions.every(isOrderedBefore) ? { allOf: placedById.get(ordered[0].id)!.orderId } : 'something';
}
