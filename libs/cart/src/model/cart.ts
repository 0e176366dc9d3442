import type { ChosenModifier } from '#contracts/catalog';
import type { Uuid } from '#kernel';
import { CartChanged, CartFull, LineTooLarge, NoSuchLine } from './cart-errors';

/** How a line was called when it was put in, to be shown also once the catalogue knows it no more. Never a price. */
export interface Label {
  readonly productId: Uuid;
  readonly sku: string;
  readonly name: string;
  readonly variantName: string;
  readonly imageUrl: string | null;
}

export interface CartLine {
  readonly id: Uuid;
  readonly variantId: Uuid;
  readonly quantity: number;
  readonly modifiers: readonly ChosenModifier[];
  readonly label: Label;
}

export interface Cart {
  readonly id: Uuid;
  /** Rises with each change; 0 is a cart nothing was ever put into. */
  readonly version: number;
  readonly lines: readonly CartLine[];
  /** The newest version an order is known to have been placed from. */
  readonly orderedVersion?: number;
  /** The user's cart that took this guest's lines when they logged in. */
  readonly mergedInto?: Uuid;
}

export const mostOfALine = 99;
export const mostLines = 50;

export const emptyCart = (id: Uuid): Cart => ({ id, version: 0, lines: [] });

/** The next version of the cart. What it holds from now on is no longer what a merge took along. */
export const changed = ({ mergedInto: _, ...cart }: Cart, lines: readonly CartLine[]): Cart => ({
  ...cart,
  version: cart.version + 1,
  lines,
});

/** Refuses who decided on an older cart than this one. */
export function seen(cart: Cart, version: number | undefined): void {
  if (version !== undefined && version !== cart.version) throw new CartChanged(cart.version);
}

/** Each option once, in a fixed order, so that equal choices are equal. */
export function tidied(modifiers: readonly ChosenModifier[]): readonly ChosenModifier[] {
  const chosen = new Map<Uuid, number>();
  for (const { optionId, quantity } of modifiers) chosen.set(optionId, (chosen.get(optionId) ?? 0) + quantity);
  return [...chosen]
    .map(([optionId, quantity]) => ({ optionId, quantity }))
    .sort((a, b) => (a.optionId < b.optionId ? -1 : 1));
}

export const sameDrink = (
  a: Pick<CartLine, 'variantId' | 'modifiers'>,
  b: Pick<CartLine, 'variantId' | 'modifiers'>,
): boolean =>
  a.variantId === b.variantId && JSON.stringify(tidied(a.modifiers)) === JSON.stringify(tidied(b.modifiers));

/** Puts a line in, or more of the line that is there already. */
export function addLine(cart: Cart, line: CartLine): Cart {
  const twin = cart.lines.find((other) => sameDrink(other, line));
  if (twin) return withQuantity(cart, twin, twin.quantity + line.quantity);
  if (cart.lines.length >= mostLines) throw new CartFull(mostLines);
  if (line.quantity > mostOfALine) throw new LineTooLarge(mostOfALine);
  return changed(cart, [...cart.lines, line]);
}

export interface LineChange {
  readonly quantity?: number;
  readonly modifiers?: readonly ChosenModifier[];
}

/** Changes how many, or how it is made; a line that becomes the same as another joins it. */
export function changeLine(cart: Cart, lineId: Uuid, change: LineChange): Cart {
  const line = lineOf(cart, lineId);
  const wanted = { ...line, ...change };
  const twin = cart.lines.find((other) => other !== line && sameDrink(other, wanted));
  if (twin) return withQuantity(removeLine(cart, lineId), twin, twin.quantity + wanted.quantity, cart.version + 1);
  if (wanted.quantity > mostOfALine) throw new LineTooLarge(mostOfALine);
  if (wanted.quantity === line.quantity && sameDrink(line, wanted)) return cart;
  return changed(
    cart,
    cart.lines.map((other) => (other === line ? wanted : other)),
  );
}

export function removeLine(cart: Cart, lineId: Uuid): Cart {
  const line = lineOf(cart, lineId);
  return changed(
    cart,
    cart.lines.filter((other) => other !== line),
  );
}

export const clear = (cart: Cart): Cart => (cart.lines.length === 0 ? cart : changed(cart, []));

export function lineOf(cart: Cart, lineId: Uuid): CartLine {
  const line = cart.lines.find(({ id }) => id === lineId);
  if (!line) throw new NoSuchLine();
  return line;
}

function withQuantity(cart: Cart, line: CartLine, quantity: number, version = cart.version + 1): Cart {
  if (quantity > mostOfALine) throw new LineTooLarge(mostOfALine);
  const lines = cart.lines.map((other) => (other === line ? { ...line, quantity } : other));
  return { ...cart, version, lines };
}
