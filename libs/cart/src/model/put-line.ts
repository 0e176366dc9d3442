import type { Portion } from '#contracts/cart';
import { derivedId } from '#kernel';
import { joinLines, maxLineQuantity, portionsOf, isSameDrink, withPortions, type CartLine } from './cart';

/**
 * `whole`: a portion must not be divided, because an order that is being placed can contain it. `divided`: the portions
 * are new, so a portion can be divided into two with different ids.
 */
export type PortionHandling = 'whole' | 'divided';

/**
 * Adds a line that comes from a log-in or from a failed order. The customer cannot be told about a limit, so no piece
 * is dropped. Pieces are added to a line of the same drink, up to the limit of that line. The other pieces become
 * another line, even if the cart then has too many lines.
 */
export function putLine(lines: readonly CartLine[], line: CartLine, handling: PortionHandling): readonly CartLine[] {
  return portionsOf(line).reduce((current, portion) => putPortion(current, line, portion, handling), lines);
}

function putPortion(
  lines: readonly CartLine[],
  line: CartLine,
  portion: Portion,
  handling: PortionHandling,
): readonly CartLine[] {
  const { id, quantity } = portion;
  const equalLine = lines.find(
    (other) => isSameDrink(other, line) && countFitting(roomLeftIn(other), portion, handling) > 0,
  );
  // A portion from before the limit existed can be larger than the limit. Such a portion becomes a line of its own.
  const fittingPieces =
    (equalLine
      ? countFitting(roomLeftIn(equalLine), portion, handling)
      : countFitting(maxLineQuantity, portion, handling)) || quantity;
  const isTaken = lines.some((other) => other.id === line.id);
  const part = withPortions({ ...line, id: isTaken ? id : line.id }, [{ id, quantity: fittingPieces }])!;
  const after = equalLine
    ? lines.map((other) => (other === equalLine ? joinLines(equalLine, part) : other))
    : [...lines, part];
  if (fittingPieces === quantity) return after;
  return putPortion(after, line, { id: derivedId(id, 'rest'), quantity: quantity - fittingPieces }, handling);
}

const roomLeftIn = ({ quantity }: CartLine): number => maxLineQuantity - quantity;

/** How many pieces of the portion fit into this room. */
const countFitting = (room: number, { quantity }: Portion, handling: PortionHandling): number =>
  quantity <= room ? quantity : handling === 'divided' ? Math.max(room, 0) : 0;
