import type { Portion } from '#contracts/cart';
import { derivedId, type Uuid } from '#kernel';
import { withLines, portionsOf, withPortions, type Cart, type CartLine } from '../model/cart';

/** A line of an order. Orders from an older version of the shop have no `portions`. */
export interface OrderedItem {
  readonly variantId: Uuid;
  readonly quantity: number;
  readonly portions?: readonly Portion[];
}

export interface OrderFromCart {
  readonly orderId: Uuid;
  readonly cartVersion: number;
  readonly items: readonly OrderedItem[];
}

/**
 * The cart after an order was placed from it at `cartVersion`. The ordered portions are removed. Pieces that were added
 * since then stay. A repeated message changes nothing.
 */
export function removeOrdered(cart: Cart, { orderId, cartVersion, items }: OrderFromCart): Cart {
  const isAlreadyRecorded = cart.orderedVersion !== undefined && cart.orderedVersion >= cartVersion;
  const lines = hasPortions(items)
    ? withoutPortions(cart.lines, orderId, items)
    : isAlreadyRecorded
      ? cart.lines
      : cart.version === cartVersion
        ? []
        : withoutVariants(cart.lines, items);
  if (isAlreadyRecorded && lines === cart.lines) return cart;
  const orderedVersion = Math.max(cart.orderedVersion ?? 0, cartVersion);
  return { ...undoMergeAfterOrder(cart, cartVersion), version: cart.version + 1, orderedVersion, lines };
}

/**
 * A guest placed this order, so the guest got a new cart token. After that, a log-in with the old token merged this cart
 * into a user's cart, because the cart had not handled the message about the order yet. This function undoes the merge,
 * so that the cart opens for the guest's new token.
 */
function undoMergeAfterOrder(cart: Cart, cartVersion: number): Cart {
  const { mergedInto, mergedSince, ...rest } = cart;
  const mergedWithOldToken = mergedInto !== undefined && mergedSince !== undefined && mergedSince < cartVersion;
  return mergedWithOldToken ? rest : cart;
}

/** Removes ordered portions from a cart to which a log-in moved them. */
export function removeOrderedFromTarget(
  cart: Cart,
  { orderId, items }: Pick<OrderFromCart, 'orderId' | 'items'>,
): Cart {
  const lines = withoutPortions(cart.lines, orderId, items);
  return lines === cart.lines ? cart : withLines(cart, lines);
}

const hasPortions = (items: readonly OrderedItem[]): boolean => items.some(({ portions }) => portions !== undefined);

function withoutPortions(
  lines: readonly CartLine[],
  orderId: Uuid,
  items: readonly OrderedItem[],
): readonly CartLine[] {
  const ordered = new Map(items.flatMap(({ portions = [] }) => portions.map(({ id, quantity }) => [id, quantity])));
  const hasOrderedPortion = (line: CartLine) => portionsOf(line).some(({ id }) => ordered.has(id));
  if (!lines.some(hasOrderedPortion)) return lines;
  return lines.flatMap((line) => {
    if (!hasOrderedPortion(line)) return [line];
    const remaining = portionsOf(line).map((portion) => remainingPortion(portion, ordered.get(portion.id), orderId));
    return (
      withPortions(
        line,
        remaining.filter(({ quantity }) => quantity > 0),
      ) ?? []
    );
  });
}

/** Pieces that were added to a portion after the order become a new portion, which can be ordered. */
function remainingPortion(portion: Portion, ordered: number | undefined, orderId: Uuid): Portion {
  if (ordered === undefined) return portion;
  return { id: derivedId(orderId, portion.id), quantity: Math.max(portion.quantity - ordered, 0) };
}

/** For messages from an older version of the shop, which have variants but no portions. */
function withoutVariants(lines: readonly CartLine[], items: readonly OrderedItem[]): readonly CartLine[] {
  return items.reduce((kept, { variantId, quantity }) => {
    let toRemove = quantity;
    return kept.flatMap((line) => {
      const removed = line.variantId === variantId ? Math.min(line.quantity, toRemove) : 0;
      toRemove -= removed;
      if (removed === 0) return [line];
      const portion = { id: line.id, quantity: line.quantity - removed };
      return withPortions(line, [portion]) ?? [];
    });
  }, lines);
}
