import { withLines, isOpenTo, type Cart, type CartLine } from './cart';
import { putLine } from './put-line';

export interface MergeResult {
  readonly cart: Cart;
  readonly guest: Cart;
}

/**
 * Merges a guest's cart into the user's cart, once. After the merge, no token opens the guest's cart. A log-in cannot
 * report that a limit is exceeded. So no piece is dropped: pieces above the limit of a line become another line. An
 * empty cart is merged too, because an order from this cart can fail later, and its lines must then go to the user.
 * Returns undefined if the cart was merged before, or if the guest has ordered with this token.
 */
export function mergeCarts(cart: Cart, guest: Cart, token: { readonly since: number }): MergeResult | undefined {
  if (!isOpenTo(guest, token)) return undefined;
  return {
    cart: guest.lines.length === 0 ? cart : withLines(cart, guest.lines.reduce(moveLine, cart.lines)),
    guest: { ...withLines(guest, []), mergedInto: cart.id, mergedSince: token.since, moved: true },
  };
}

const moveLine = (lines: readonly CartLine[], line: CartLine): readonly CartLine[] => putLine(lines, line, 'whole');
