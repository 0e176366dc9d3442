import type { ChosenModifier } from '#contracts/catalog';
import type { Portion } from '#contracts/cart';
import type { Money, Uuid } from '#kernel';
import { CartChanged, CartFull, LineTooLarge, NoSuchLine } from './cart-errors';

/** The names of a line when it was added. They are shown if the catalogue no longer has the product. */
export interface Label {
  readonly productId: Uuid;
  readonly sku: string;
  readonly name: string;
  readonly variantName: string;
  readonly imageUrl: string | null;
  /** The names of the chosen options. */
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
  /** The price of one piece with its options, when the customer added or last changed the line. */
  readonly price?: Money;
  /** Other prices that the customer saw for pieces of this line, when carts with different prices were merged. */
  readonly otherPrices?: readonly Money[];
  /** The portions of the line. Missing if the line is one portion with the line's own id. */
  readonly portions?: readonly Portion[];
}

export interface Cart {
  readonly id: Uuid;
  /** Increases with each change. 0: nothing was ever added to the cart. */
  readonly version: number;
  readonly lines: readonly CartLine[];
  /** The newest version from which an order is known to have been placed. */
  readonly orderedVersion?: number;
  /** The user's cart into which a log-in merged this guest's cart. From then on no token opens this cart. */
  readonly mergedInto?: Uuid;
  /** The `since` of the token with which the log-in merged this cart. */
  readonly mergedSince?: number;
  /** A log-in has moved lines from this cart to another cart. */
  readonly moved?: true;
  /** The owner's data was erased, so no lines of failed orders come back into the cart. */
  readonly closed?: true;
}

export const maxLineQuantity = 99;
export const maxLines = 50;

export const emptyCart = (id: Uuid): Cart => ({ id, version: 0, lines: [] });

/**
 * Whether a token opens this guest's cart. After a log-in has merged the cart, no token opens it. After an order with
 * the token, this token no longer opens it. `since` is the cart version of the order that returned this token, or 0.
 */
export const isOpenTo = (cart: Cart, token: { readonly since: number }): boolean =>
  cart.mergedInto === undefined && !hasOrderedSince(cart, token);

export const hasOrderedSince = ({ orderedVersion = 0 }: Cart, { since }: { readonly since: number }): boolean =>
  orderedVersion > since;

/** The cart with these lines and the next version. */
export const withLines = (cart: Cart, lines: readonly CartLine[]): Cart => ({
  ...cart,
  version: cart.version + 1,
  lines,
});

/**
 * The version of the cart. After a restore from a backup, the stored cart can be older than the guest's last order.
 * Then the result is the next version after that order. Otherwise the next order would return a token that is already
 * spent.
 */
export const versionAbove = (cart: Cart, { since }: { readonly since: number }): number =>
  cart.version > since ? cart.version : since + 1;

/** Refuses a change if the caller has seen another version of the cart. */
export function requireVersion(cart: Cart, version: number | undefined): void {
  if (version !== undefined && version !== cart.version) throw new CartChanged(cart.version);
}

/** Each option once and in a fixed order, so that two choices can be compared. */
export function sortedOptions(modifiers: readonly ChosenModifier[]): readonly ChosenModifier[] {
  const chosen = new Map<Uuid, number>();
  for (const { optionId, quantity } of modifiers) chosen.set(optionId, (chosen.get(optionId) ?? 0) + quantity);
  return [...chosen]
    .map(([optionId, quantity]) => ({ optionId, quantity }))
    .sort((a, b) => (a.optionId < b.optionId ? -1 : 1));
}

export const isSameDrink = (
  a: Pick<CartLine, 'variantId' | 'modifiers'>,
  b: Pick<CartLine, 'variantId' | 'modifiers'>,
): boolean =>
  a.variantId === b.variantId &&
  JSON.stringify(sortedOptions(a.modifiers)) === JSON.stringify(sortedOptions(b.modifiers));

/** The portions of a line. Without `portions`, the line is one portion with the line's id. */
export const portionsOf = ({ id, quantity, portions }: CartLine): readonly Portion[] => portions ?? [{ id, quantity }];

/** The line with these portions. Undefined if they contain no pieces. */
export function withPortions({ portions: _, ...line }: CartLine, portions: readonly Portion[]): CartLine | undefined {
  const quantity = portions.reduce((sum, portion) => sum + portion.quantity, 0);
  if (quantity === 0) return undefined;
  const [first, ...others] = portions;
  return { ...line, quantity, ...((others.length > 0 || first.id !== line.id) && { portions }) };
}

/**
 * The line with another quantity. New pieces enlarge the last portion. Pieces are removed from the last portions first.
 */
export function resizeLine(line: CartLine, quantity: number): CartLine {
  const portions = [...portionsOf(line)];
  let excess = line.quantity - quantity;
  while (excess > 0 && portions.length > 1 && portions[portions.length - 1].quantity <= excess)
    excess -= portions.pop()!.quantity;
  const last = portions.pop()!;
  return withPortions(line, [...portions, { ...last, quantity: last.quantity - excess }])!;
}

/** Every price that the customer saw for pieces of the line. */
export const pricesOf = ({ price, otherPrices = [] }: Pick<CartLine, 'price' | 'otherPrices'>): readonly Money[] =>
  price ? [price, ...otherPrices] : otherPrices;

function withSeenPrices({ price: _, otherPrices: __, ...line }: CartLine, prices: readonly Money[]): CartLine {
  const [price, ...otherPrices] = new Map(prices.map((one) => [one.amount, one])).values();
  return { ...line, ...(price && { price }), ...(otherPrices.length > 0 && { otherPrices }) };
}

/** Joins two lines of the same drink. The portions keep their ids, and all prices that the customer saw are kept. */
export function joinLines(line: CartLine, other: CartLine): CartLine {
  const both = withPortions(line, [...portionsOf(line), ...portionsOf(other)])!;
  return withSeenPrices(both, [...pricesOf(line), ...pricesOf(other)]);
}

/** Another line with the same drink. If possible, a line with room for these pieces. */
const findSameDrink = (cart: Cart, line: CartLine): CartLine | undefined => {
  const equalLines = cart.lines.filter((other) => other.id !== line.id && isSameDrink(other, line));
  return equalLines.find(({ quantity }) => quantity + line.quantity <= maxLineQuantity) ?? equalLines[0];
};

/** Adds a line, or more pieces to an existing line. */
export function addLine(cart: Cart, line: CartLine): Cart {
  const equalLine = findSameDrink(cart, line);
  if (equalLine) return setQuantity(cart, equalLine, equalLine.quantity + line.quantity, line);
  if (cart.lines.length >= maxLines) throw new CartFull(maxLines);
  if (line.quantity > maxLineQuantity) throw new LineTooLarge(maxLineQuantity);
  return withLines(cart, [...cart.lines, line]);
}

export interface LineChange {
  readonly quantity?: number;
  /** Other options make another drink. Its portion gets a new id, because the old portion can be in an order. */
  readonly newOptions?: {
    readonly modifiers: readonly ChosenModifier[];
    readonly portion: Uuid;
    readonly label?: Label;
  };
  /** The current price of one piece, as the customer sees it. */
  readonly price?: Money;
  /**
   * The client sent the line back with `priceChanged`. If nothing else changes, the price that the customer saw stays.
   */
  readonly sentBack?: true;
}

function changeOptions(line: CartLine, newOptions: LineChange['newOptions']): CartLine {
  if (!newOptions || isSameDrink(line, { ...line, modifiers: newOptions.modifiers })) return line;
  const { modifiers, portion, label = line.label } = newOptions;
  return withPortions({ ...line, modifiers, label }, [{ id: portion, quantity: line.quantity }])!;
}

/**
 * Changes the quantity or the options. If the line is then the same drink as another line, the two lines are joined.
 */
export function changeLine(cart: Cart, lineId: Uuid, change: LineChange): Cart {
  const line = lineOf(cart, lineId);
  const { quantity = line.quantity, newOptions, price, sentBack } = change;
  if (quantity > maxLineQuantity) throw new LineTooLarge(maxLineQuantity);
  const wanted = withPriceOf({ price }, changeOptions(resizeLine(line, quantity), newOptions));
  const equalLine = isSameDrink(line, wanted) ? undefined : findSameDrink(cart, wanted);
  if (equalLine) {
    if (equalLine.quantity + quantity > maxLineQuantity) throw new LineTooLarge(maxLineQuantity);
    const others = cart.lines.filter((other) => other !== line);
    return withLines(
      cart,
      others.map((other) => (other === equalLine ? joinLines(withPriceOf(wanted, equalLine), wanted) : other)),
    );
  }
  const sameSeenPrices = wanted.price?.amount === line.price?.amount && wanted.otherPrices === line.otherPrices;
  const samePrice = sentBack || sameSeenPrices;
  if (quantity === line.quantity && isSameDrink(line, wanted) && samePrice) return cart;
  return withLines(
    cart,
    cart.lines.map((other) => (other === line ? wanted : other)),
  );
}

export function removeLine(cart: Cart, lineId: Uuid): Cart {
  const line = lineOf(cart, lineId);
  return withLines(
    cart,
    cart.lines.filter((other) => other !== line),
  );
}

export const clearCart = (cart: Cart): Cart => (cart.lines.length === 0 ? cart : withLines(cart, []));

export function lineOf(cart: Cart, lineId: Uuid): CartLine {
  const line = cart.lines.find(({ id }) => id === lineId);
  if (!line) throw new NoSuchLine();
  return line;
}

/** The line with this price as its only seen price, because a client that changes a line has seen the current price. */
const withPriceOf = ({ price }: { readonly price?: Money | undefined }, line: CartLine): CartLine =>
  price ? withSeenPrices(line, [price]) : line;

function setQuantity(cart: Cart, line: CartLine, quantity: number, added: CartLine): Cart {
  if (quantity > maxLineQuantity) throw new LineTooLarge(maxLineQuantity);
  return withLines(
    cart,
    cart.lines.map((other) =>
      other === line ? { ...withPriceOf(added, resizeLine(line, quantity)), label: added.label } : other,
    ),
  );
}
