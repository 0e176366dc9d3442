import type { ReturnedLine } from '#contracts/cart';
import { derivedId, type Uuid } from '#kernel';
import { withLines, type Cart } from '../model/cart';
import { putLine } from '../model/put-line';

/**
 * Puts the lines of a failed order back into the cart. Lines that were added since then stay. Pieces are added to a
 * line of the same drink, up to the limit of that line. The other pieces become another line. The portions are new, so
 * they can be ordered again.
 */
export function returnLines(cart: Cart, orderId: Uuid, returned: readonly ReturnedLine[]): Cart {
  const lines = returned.reduce((current, { variantId, quantity, modifiers, label, price }, index) => {
    const id = derivedId(orderId, 'returned', index);
    return putLine(current, { id, variantId, quantity, modifiers, label, ...(price && { price }) }, 'divided');
  }, cart.lines);
  return withLines(cart, lines);
}
