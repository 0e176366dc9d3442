import type { ReturnedLine } from '#contracts/cart';
import { derivedId, type Uuid } from '#kernel';
import {
  changed,
  mostOfALine,
  resized,
  sameDrink,
  withPortions,
  joined,
  type Cart,
  type CartLine,
} from '../model/cart';

/**
 * The lines of an order that came to nothing are in the cart again, beside what was put in meanwhile. Equal drinks join
 * one line up to what a line holds; the rest is another line, so that nothing is lost. They can be ordered again: their
 * portions are new ones.
 */
export function returnLines(cart: Cart, orderId: Uuid, returned: readonly ReturnedLine[]): Cart {
  const lines = returned.reduce((held, { variantId, quantity, modifiers, label, price }, index) => {
    const id = derivedId(orderId, 'returned', index);
    return put(held, { id, variantId, quantity, modifiers, label, ...(price && { price }) });
  }, cart.lines);
  return changed(cart, lines);
}

function put(lines: readonly CartLine[], line: CartLine): readonly CartLine[] {
  const twin = lines.find((other) => sameDrink(other, line) && other.quantity < mostOfALine);
  if (!twin) return [...lines, ...split(line)];
  const room = mostOfALine - twin.quantity;
  const fitting = Math.min(room, line.quantity);
  const joint = joined(twin, resized(line, fitting));
  const held = lines.map((other) => (other === twin ? joint : other));
  return fitting === line.quantity ? held : put(held, rest(line, line.quantity - fitting));
}

const split = (line: CartLine): readonly CartLine[] =>
  line.quantity <= mostOfALine
    ? [line]
    : [resized(line, mostOfALine), ...split(rest(line, line.quantity - mostOfALine))];

/** What is left over gets an id of its own. */
const rest = (line: CartLine, quantity: number): CartLine => {
  const id = derivedId(line.id, 'rest');
  return withPortions({ ...line, id }, [{ id, quantity }])!;
};
