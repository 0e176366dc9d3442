import type { Portion } from '#contracts/cart';
import { derivedId } from '#kernel';
import { joined, mostOfALine, portionsOf, sameDrink, withPortions, type CartLine } from './cart';

/**
 * `whole`: a portion stays in one piece, because a running order may have taken it. `divided`: these portions are
 * new, so a part of one may get an id of its own.
 */
export type Handling = 'whole' | 'divided';

/**
 * Adds a line that the customer does not add by hand: a log-in moves it here, or an order gives it back. Nobody can
 * be told of a limit at this moment, so nothing is left out: equal drinks join one line up to what a line holds, and
 * the rest is another line, also beyond the limit of lines.
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
  // A portion from before there was a limit may be too large for any line. It gets a line for itself.
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
