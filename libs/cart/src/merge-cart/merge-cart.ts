import { changed, joined, mostLines, mostOfALine, resized, sameDrink, type Cart, type CartLine } from '../model/cart';

export interface Merged {
  readonly cart: Cart;
  readonly guest: Cart;
}

/**
 * What a guest collected goes into the cart of the user they turned out to be. Nobody is at hand to be told of a limit,
 * so what is beyond it is left out. A guest's cart that is empty is merged, too, unless it was merged before: an order
 * from it may fail, and then its lines go to the user.
 */
export function mergeCarts(cart: Cart, guest: Cart): Merged | undefined {
  if (!canBeMerged(guest)) return undefined;
  return {
    cart: guest.lines.length === 0 ? cart : changed(cart, guest.lines.reduce(taken, cart.lines)),
    guest: { ...changed(guest, []), mergedInto: cart.id, moved: true },
  };
}

export const canBeMerged = (guest: Cart): boolean => guest.lines.length > 0 || guest.mergedInto === undefined;

function taken(lines: readonly CartLine[], line: CartLine): readonly CartLine[] {
  const twin = lines.find((other) => sameDrink(other, line));
  if (!twin) return lines.length < mostLines ? [...lines, line] : lines;
  const both = joined(twin, line);
  const kept = both.quantity > mostOfALine ? resized(both, Math.max(mostOfALine, twin.quantity)) : both;
  return lines.map((other) => (other === twin ? kept : other));
}
