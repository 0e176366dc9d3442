import type { Portion } from '#contracts/cart';
import { derivedId } from '#kernel';
import { joined, mostOfALine, portionsOf, sameDrink, withPortions, type CartLine } from './cart';

/**
 * `whole`: a portion stays in one piece, because an order that is on its way may have taken it. `divided`: these portions are
 * new, so that a part of one may get an id of its own.
 */
export type Handling = 'whole' | 'divided';

/**
 * The lines with one more that nobody puts in by hand: a log-in moves it here, or an order gives it back. Nobody is there to
 * be told of a limit, so nothing is left out: equal drinks join one line up to what a line holds, and the rest is another
 * line, also beyond the most lines of a cart.
 */
export function putLine(lines: readonly CartLine[], line: CartLine, handling: Handling): readonly CartLine[] {
  return portionsOf(line).reduce((held, portion) => putPortion(held, line, portion, handling), lines);
}

function putPortion(
  lines: readonly CartLine[],
  line: CartLine,
  portion: Portion,
  handling: Handling,
): readonly CartLine[] {
  const { id, quantity } = portion;
  const twin = lines.find((other) => sameDrink(other, line) && fitting(roomIn(other), portion, handling) > 0);
  // A portion that is too large for any line, from before there was a limit, has one for itself.
  const fits = (twin ? fitting(roomIn(twin), portion, handling) : fitting(mostOfALine, portion, handling)) || quantity;
  const isTaken = lines.some((other) => other.id === line.id);
  const part = withPortions({ ...line, id: isTaken ? id : line.id }, [{ id, quantity: fits }])!;
  const held = twin ? lines.map((other) => (other === twin ? joined(twin, part) : other)) : [...lines, part];
  if (fits === quantity) return held;
  return putPortion(held, line, { id: derivedId(id, 'rest'), quantity: quantity - fits }, handling);
}

const roomIn = ({ quantity }: CartLine): number => mostOfALine - quantity;

/** How much of the portion goes into this room. */
const fitting = (room: number, { quantity }: Portion, handling: Handling): number =>
  quantity <= room ? quantity : handling === 'divided' ? Math.max(room, 0) : 0;
