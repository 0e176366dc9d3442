import type { ChosenModifier } from '#contracts/catalog';
import type { Portion } from '#contracts/cart';
import type { Money, Uuid } from '#kernel';
import { CartChanged, CartFull, LineTooLarge, NoSuchLine } from './cart-errors';

/** How a line was called when it was put in, to be shown also once the catalogue knows it no more. */
export interface Label {
  readonly productId: Uuid;
  readonly sku: string;
  readonly name: string;
  readonly variantName: string;
  readonly imageUrl: string | null;
  /** What its options were called. */
  readonly modifiers?: readonly NamedOption[];
}

export interface NamedOption {
  readonly optionId: Uuid;
  readonly group: string;
  readonly name: string;
}

export interface CartLine {
  readonly id: Uuid;
  readonly variantId: Uuid;
  readonly quantity: number;
  readonly modifiers: readonly ChosenModifier[];
  readonly label: Label;
  /** What one piece with its modifiers cost when the customer put it in or last changed it. */
  readonly price?: Money;
  /** Other prices that pieces of this line were seen at, in the carts that they came from. */
  readonly otherPrices?: readonly Money[];
  /** What the line consists of, where that is not one portion with the line's own id. */
  readonly portions?: readonly Portion[];
}

export interface Cart {
  readonly id: Uuid;
  /** Rises with each change; 0 is a cart nothing was ever put into. */
  readonly version: number;
  readonly lines: readonly CartLine[];
  /** The newest version an order is known to have been placed from. */
  readonly orderedVersion?: number;
  /** The user's cart that took this guest's lines when they logged in; none once the guest fills this cart again. */
  readonly mergedInto?: Uuid;
  /** A log-in has moved lines from here to other carts, at some time. */
  readonly moved?: true;
  /** Its owner was erased: nothing comes back into it. */
  readonly closed?: true;
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

/** The portions of a line. A line that was never joined with another is one portion with the line's id. */
export const portionsOf = ({ id, quantity, portions }: CartLine): readonly Portion[] => portions ?? [{ id, quantity }];

/** The line with these portions; undefined when nothing is left of it. */
export function withPortions({ portions: _, ...line }: CartLine, portions: readonly Portion[]): CartLine | undefined {
  const quantity = portions.reduce((sum, portion) => sum + portion.quantity, 0);
  if (quantity === 0) return undefined;
  const [first, ...others] = portions;
  return { ...line, quantity, ...((others.length > 0 || first.id !== line.id) && { portions }) };
}

/** More pieces enlarge the last portion; fewer are taken from the last portions first. */
export function resized(line: CartLine, quantity: number): CartLine {
  const portions = [...portionsOf(line)];
  let over = line.quantity - quantity;
  while (over > 0 && portions.length > 1 && portions[portions.length - 1].quantity <= over)
    over -= portions.pop()!.quantity;
  const last = portions.pop()!;
  return withPortions(line, [...portions, { ...last, quantity: last.quantity - over }])!;
}

/** Every price that pieces of the line were seen at. */
export const pricesOf = ({ price, otherPrices = [] }: Pick<CartLine, 'price' | 'otherPrices'>): readonly Money[] =>
  price ? [price, ...otherPrices] : otherPrices;

function seenAt({ price: _, otherPrices: __, ...line }: CartLine, prices: readonly Money[]): CartLine {
  const [price, ...otherPrices] = new Map(prices.map((one) => [one.amount, one])).values();
  return { ...line, ...(price && { price }), ...(otherPrices.length > 0 && { otherPrices }) };
}

/** Two lines of the same drink as one line: every portion keeps its id, and every price that was seen is known. */
export function joined(line: CartLine, other: CartLine): CartLine {
  const both = withPortions(line, [...portionsOf(line), ...portionsOf(other)])!;
  return seenAt(both, [...pricesOf(line), ...pricesOf(other)]);
}

/** The line of the same drink that more of it joins: one with room for it, where there is one. */
const twinOf = (cart: Cart, line: CartLine): CartLine | undefined => {
  const twins = cart.lines.filter((other) => other.id !== line.id && sameDrink(other, line));
  return twins.find(({ quantity }) => quantity + line.quantity <= mostOfALine) ?? twins[0];
};

/** Puts a line in, or more of the line that is there already. */
export function addLine(cart: Cart, line: CartLine): Cart {
  const twin = twinOf(cart, line);
  if (twin) return withQuantity(cart, twin, twin.quantity + line.quantity, line);
  if (cart.lines.length >= mostLines) throw new CartFull(mostLines);
  if (line.quantity > mostOfALine) throw new LineTooLarge(mostOfALine);
  return changed(cart, [...cart.lines, line]);
}

export interface LineChange {
  readonly quantity?: number;
  /** Another way to make it. That is another drink than the one that may be on order: a portion with an id of its own. */
  readonly remix?: {
    readonly modifiers: readonly ChosenModifier[];
    readonly portion: Uuid;
    readonly label?: Label;
  };
  /** What one piece costs now, as the customer sees it. */
  readonly price?: Money;
  /** The line was sent as it was read, with `priceChanged`: where nothing else differs, the price that was seen stays. */
  readonly asRead?: true;
}

function remixed(line: CartLine, remix: LineChange['remix']): CartLine {
  if (!remix || sameDrink(line, { ...line, modifiers: remix.modifiers })) return line;
  const { modifiers, portion, label = line.label } = remix;
  return withPortions({ ...line, modifiers, label }, [{ id: portion, quantity: line.quantity }])!;
}

/** Changes how many, or how it is made; a line that becomes the same as another joins it. */
export function changeLine(cart: Cart, lineId: Uuid, change: LineChange): Cart {
  const line = lineOf(cart, lineId);
  const { quantity = line.quantity, remix, price, asRead } = change;
  if (quantity > mostOfALine) throw new LineTooLarge(mostOfALine);
  const wanted = atPriceOf({ price }, remixed(resized(line, quantity), remix));
  const twin = sameDrink(line, wanted) ? undefined : twinOf(cart, wanted);
  if (twin) {
    if (twin.quantity + quantity > mostOfALine) throw new LineTooLarge(mostOfALine);
    const others = cart.lines.filter((other) => other !== line);
    return changed(
      cart,
      others.map((other) => (other === twin ? joined(atPriceOf(wanted, twin), wanted) : other)),
    );
  }
  const pricesSeen = wanted.price?.amount === line.price?.amount && wanted.otherPrices === line.otherPrices;
  const samePrice = asRead || pricesSeen;
  if (quantity === line.quantity && sameDrink(line, wanted) && samePrice) return cart;
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

/** Who puts in more of a line has seen what it costs now. */
const atPriceOf = ({ price }: { readonly price?: Money | undefined }, line: CartLine): CartLine =>
  price ? seenAt(line, [price]) : line;

function withQuantity(cart: Cart, line: CartLine, quantity: number, added: CartLine): Cart {
  if (quantity > mostOfALine) throw new LineTooLarge(mostOfALine);
  return changed(
    cart,
    cart.lines.map((other) =>
      other === line ? { ...atPriceOf(added, resized(line, quantity)), label: added.label } : other,
    ),
  );
}
