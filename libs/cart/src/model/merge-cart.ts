import { changed, isOpenTo, type Cart, type CartLine } from './cart';
import { putLine } from './put-line';

export interface Merged {
  readonly cart: Cart;
  readonly guest: Cart;
}

/**
 * Merges a guest's cart into the user's cart, once; from then on the guest's cart belongs to nobody. The user cannot
 * be told of a limit at this moment, so nothing is left out: what a line cannot hold becomes another line. An empty
 * cart is merged too: if an order from it fails, its lines go to the user. Returns undefined if this cart was merged
 * before, or if the guest has ordered since the log-in.
 */
export function mergeCarts(cart: Cart, guest: Cart, named: { readonly since: number }): Merged | undefined {
  if (!isOpenTo(guest, named)) return undefined;
  return {
    cart: guest.lines.length === 0 ? cart : changed(cart, guest.lines.reduce(moved, cart.lines)),
    guest: { ...changed(guest, []), mergedInto: cart.id, mergedSince: named.since, moved: true },
  };
}

const moved = (lines: readonly CartLine[], line: CartLine): readonly CartLine[] => putLine(lines, line, 'whole');
