import { changed, type Cart, type CartLine } from '../model/cart';
import { putLine } from '../model/put-line';

export interface Merged {
  readonly cart: Cart;
  readonly guest: Cart;
}

/**
 * What a guest collected goes into the cart of the user they turned out to be. Nobody is at hand to be told of a limit,
 * so nothing is left out: what a line does not hold is another line. A guest's cart that is empty is merged, too, unless it was merged before: an order
 * from it may fail, and then its lines go to the user.
 */
export function mergeCarts(cart: Cart, guest: Cart): Merged | undefined {
  if (!canBeMerged(guest)) return undefined;
  return {
    cart: guest.lines.length === 0 ? cart : changed(cart, guest.lines.reduce(moved, cart.lines)),
    guest: { ...changed(guest, []), mergedInto: cart.id, moved: true },
  };
}

export const canBeMerged = (guest: Cart): boolean => guest.lines.length > 0 || guest.mergedInto === undefined;

const moved = (lines: readonly CartLine[], line: CartLine): readonly CartLine[] => putLine(lines, line, 'whole');
