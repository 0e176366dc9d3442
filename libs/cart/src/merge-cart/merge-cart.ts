import { changed, mostLines, mostOfALine, sameDrink, type Cart, type CartLine } from '../model/cart';

export interface Merged {
  readonly cart: Cart;
  readonly guest: Cart;
}

/**
 * What a guest collected goes into the cart of the user they turned out to be. Nobody is at hand to be told of a limit,
 * so what is beyond it is left out. Nothing happens to an empty guest cart: it was merged before.
 */
export function mergeCarts(cart: Cart, guest: Cart): Merged | undefined {
  if (guest.lines.length === 0) return undefined;
  return {
    cart: changed(cart, guest.lines.reduce(joined, cart.lines)),
    guest: { ...changed(guest, []), mergedInto: cart.id },
  };
}

function joined(lines: readonly CartLine[], line: CartLine): readonly CartLine[] {
  const twin = lines.find((other) => sameDrink(other, line));
  if (!twin) return lines.length < mostLines ? [...lines, line] : lines;
  const quantity = Math.min(twin.quantity + line.quantity, mostOfALine);
  return lines.map((other) => (other === twin ? { ...twin, quantity } : other));
}
