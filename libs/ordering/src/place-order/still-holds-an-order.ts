import type { CartToOrder } from '#contracts/cart';

/**
 * Whether something in the cart was ordered before, of an earlier version than the one at hand. The very version that was
 * ordered is another matter: it is refused, and needs no waiting.
 */
export const stillHoldsAnOrder = (
  { version, orderedVersion = 0 }: Pick<CartToOrder, 'version' | 'orderedVersion'>,
  lastOrdered: number | null,
): boolean => lastOrdered !== null && lastOrdered > orderedVersion && lastOrdered < version;
