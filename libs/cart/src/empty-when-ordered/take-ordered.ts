import { changed, type Cart, type CartLine } from '../model/cart';

export interface Ordered {
  readonly variantId: string;
  readonly quantity: number;
}
interface Taken {
  readonly lines: readonly CartLine[];
  readonly rest: readonly Ordered[];
}

/**
 * An order was placed from the cart as it was at a version: what was ordered goes, what was put in meanwhile stays.
 * `rest` is what was ordered and is no longer in this cart: it went elsewhere when the cart was merged.
 */
export function takeOrdered(
  cart: Cart,
  version: number,
  items: readonly Ordered[],
): { readonly cart: Cart; readonly rest: readonly Ordered[] } {
  if (cart.orderedVersion !== undefined && cart.orderedVersion >= version) return { cart, rest: [] }; // heard before
  const ordered = { ...cart, orderedVersion: version };
  if (cart.version === version) return { cart: changed(ordered, []), rest: [] };
  const { lines, rest } = items.reduce<Taken>(taken, { lines: cart.lines, rest: [] });
  return { cart: changed(ordered, lines), rest };
}

/** Takes the rest out of the cart that a merge moved it to. */
export function takeRest(cart: Cart, rest: readonly Ordered[]): Cart {
  const { lines } = rest.reduce<Taken>(taken, { lines: cart.lines, rest: [] });
  return lines === cart.lines ? cart : changed(cart, lines);
}

function taken({ lines, rest }: Taken, { variantId, quantity }: Ordered): Taken {
  let left = quantity;
  const kept = lines.flatMap((line) => {
    if (line.variantId !== variantId || left === 0) return [line];
    const gone = Math.min(line.quantity, left);
    left -= gone;
    return gone === line.quantity ? [] : [{ ...line, quantity: line.quantity - gone }];
  });
  return {
    lines: left === quantity ? lines : kept,
    rest: left > 0 ? [...rest, { variantId, quantity: left }] : rest,
  };
}
