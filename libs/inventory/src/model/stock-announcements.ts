import type { Message, Uuid } from '#kernel';
import {
  type StockLine,
  StockCommitRefused,
  StockCommitted,
  StockLevelChanged,
  StockReleased,
  StockReserved,
  StockShort,
} from '#contracts/inventory';
import { available, levelsAfter, type Answer, type Decision, type HeldLine, type Movement, type Stock } from './stock';

/** The messages after a decision: the answer to the order's request, and the new levels. */
export function announcementsOf(orderId: Uuid, decision: Decision, stock: readonly Stock[]): readonly Message[] {
  return [answerTo(orderId, decision.answer), ...levelMessages(stock, decision.changes?.movements ?? [])];
}

/**
 * The messages about items whose available number changed. When reserved goods leave the shelf, the available number
 * stays the same, so there is no message.
 */
export const levelMessages = (stock: readonly Stock[], movements: readonly Movement[]): readonly Message[] =>
  levelsAfter(
    stock,
    movements.filter(({ onHand, reserved }) => onHand !== reserved),
  ).map((level) => levelMessage(level));

export const levelMessage = (level: Stock): StockLevelChanged =>
  new StockLevelChanged({
    sku: level.sku,
    available: available(level),
    version: level.version,
    ...(level.variantId && { variantId: level.variantId }),
  });

/** The lines without the ids of their items, because other contexts must not see these ids. */
const withoutItems = (lines: readonly HeldLine[]): readonly StockLine[] => lines.map(({ item: _, ...line }) => line);

function answerTo(orderId: Uuid, answer: Answer): Message {
  switch (answer.kind) {
    case 'reserved':
      return new StockReserved({ orderId, lines: withoutItems(answer.lines) });
    case 'short':
      return new StockShort({ orderId, short: answer.short });
    case 'committed':
      return new StockCommitted({ orderId, lines: withoutItems(answer.lines) });
    case 'commit-refused':
      return new StockCommitRefused({ orderId, reason: answer.reason });
    case 'released':
      return new StockReleased({
        ...{ orderId, lines: withoutItems(answer.lines), restocked: answer.restocked },
        ...(answer.wasted && { wasted: true }),
      });
  }
}
