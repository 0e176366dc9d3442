import type { Uuid } from '#kernel';
import type { ShortLine, StockLine } from '#contracts/inventory';

/** The stock of one item. Reserved goods are still on the shelf, so they are part of `onHand`. */
export interface Stock {
  /** The item's id, which never changes. The SKU can change. */
  readonly item: Uuid;
  /** Null for stock that existed before inventory knew variants. */
  readonly variantId: Uuid | null;
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
  /** Increases with every change. */
  readonly version: number;
}

/** A line of an order with its item. Older lines have no item. */
export interface HeldLine extends StockLine {
  readonly item?: Uuid;
}

/** The goods that an order holds. `released` is final: the order cannot reserve goods again. */
export type Reservation =
  | { readonly state: 'reserved' | 'committed'; readonly lines: readonly HeldLine[] }
  | {
      readonly state: 'released';
      readonly lines: readonly HeldLine[];
      readonly restocked: boolean;
      /** The goods had left the shelf and cannot be sold again. */
      readonly wasted?: true;
      /** The lines without enough stock, if nothing could be reserved. A repeated request gets the same answer. */
      readonly short?: readonly ShortLine[];
    };

/** An order's reservation, and the stock of every item in it. */
export interface Holding {
  readonly reservation?: Reservation;
  readonly stock: readonly Stock[];
}

export type MovementKind =
  'listed' | 'reserved' | 'committed' | 'reservation-released' | 'restocked' | 'waste' | 'counted' | 'adjusted';

export interface Movement {
  readonly item: Uuid;
  /** The item's SKU at the time of the movement. */
  readonly sku: string;
  readonly kind: MovementKind;
  readonly onHand: number;
  readonly reserved: number;
}

export type Answer =
  | { readonly kind: 'reserved'; readonly lines: readonly HeldLine[] }
  | { readonly kind: 'short'; readonly short: readonly ShortLine[] }
  | { readonly kind: 'committed'; readonly lines: readonly HeldLine[] }
  | { readonly kind: 'commit-refused'; readonly reason: string }
  | {
      readonly kind: 'released';
      readonly lines: readonly HeldLine[];
      readonly restocked: boolean;
      readonly wasted?: true;
    };

/** The answer, and the changes to store. A repeated request has no `changes`. */
export interface Decision {
  readonly answer: Answer;
  readonly changes?: { readonly reservation: Reservation; readonly movements: readonly Movement[] };
}

export const available = (stock: Stock): number => stock.onHand - stock.reserved;

/**
 * The item of a line: the line's own item, else the item of its variant, else the item with its SKU. A line with a
 * variant never uses the stock of another variant, even if the SKU is the same.
 */
export function itemOf(line: HeldLine, stock: readonly Stock[]): Stock | undefined {
  if (line.item !== undefined) return stock.find(({ item }) => item === line.item);
  const { variantId, sku } = line;
  if (variantId === undefined) return stock.find((level) => level.sku === sku);
  return (
    stock.find((level) => level.variantId === variantId) ??
    stock.find((level) => level.variantId === null && level.sku === sku)
  );
}

/** One line for each item, with its total quantity, in SKU order. Lines of unknown items stay separate. */
export function demandOf(lines: readonly StockLine[], stock: readonly Stock[]): readonly HeldLine[] {
  const wanted = new Map<string, HeldLine>();
  for (const line of lines) {
    const { sku, quantity, variantId } = line;
    if (!Number.isSafeInteger(quantity) || quantity < 1)
      throw new RangeError(`the quantity to reserve must be a whole number, 1 or more, but it is ${quantity}`);
    const item = itemOf(line, stock)?.item;
    const key = item ?? variantId ?? sku;
    const before = wanted.get(key);
    wanted.set(
      key,
      before
        ? { ...before, quantity: before.quantity + quantity }
        : { sku, quantity, ...(variantId && { variantId }), ...(item && { item }) },
    );
  }
  return [...wanted.values()].sort((a, b) => (a.sku < b.sku ? -1 : 1));
}

/** The SKUs of the lines for which no item exists. The item of a new variant perhaps comes later. */
export const unlistedSkus = (lines: readonly StockLine[], stock: readonly Stock[]): readonly string[] =>
  demandOf(lines, stock)
    .filter(({ item }) => item === undefined)
    .map(({ sku }) => sku);

/** Reserves all lines or none. */
export function reserve({ reservation, stock }: Holding, lines: readonly StockLine[]): Decision {
  const demand = demandOf(lines, stock);
  switch (reservation?.state) {
    case 'reserved':
    case 'committed':
      return { answer: { kind: 'reserved', lines: reservation.lines } };
    case 'released':
      return {
        answer: { kind: 'short', short: reservation.short ?? demand.map((line) => toShortLine(line, 0)) },
      };
    case undefined:
  }
  const levels = new Map(stock.map((level) => [level.item, available(level)]));
  const short = demand
    .map((line) => toShortLine(line, line.item === undefined ? 0 : (levels.get(line.item) ?? 0)))
    .filter((line) => line.available < line.quantity);
  if (short.length > 0)
    return {
      answer: { kind: 'short', short },
      changes: { reservation: { state: 'released', lines: [], restocked: false, short }, movements: [] },
    };
  return {
    answer: { kind: 'reserved', lines: demand },
    changes: {
      reservation: { state: 'reserved', lines: demand },
      movements: movementsOf(demand, stock, 'reserved', 0, 1),
    },
  };
}

/** Takes reserved goods off the shelf. Without a reservation, refuses this request and all later ones of the order. */
export function commit({ reservation, stock }: Holding): Decision {
  switch (reservation?.state) {
    case 'reserved': {
      const { lines } = reservation;
      return {
        answer: { kind: 'committed', lines },
        changes: {
          reservation: { state: 'committed', lines },
          movements: movementsOf(lines, stock, 'committed', -1, -1),
        },
      };
    }
    case 'committed':
      return { answer: { kind: 'committed', lines: reservation.lines } };
    case 'released':
      return refusedCommit;
    case undefined:
      return { ...refusedCommit, changes: { reservation: neverHeld, movements: [] } };
  }
}

/**
 * Releases the goods of an order. Reserved goods become available again. Committed goods go back on the shelf, or are
 * recorded as waste. If a release arrives before the reservation, the order can no longer reserve. Only the first
 * release of an order has an effect. A later release gets the same answer as the first.
 */
export function release({ reservation, stock }: Holding, waste = false): Decision {
  switch (reservation?.state) {
    case 'reserved':
      return releaseLines(
        reservation.lines,
        false,
        movementsOf(reservation.lines, stock, 'reservation-released', 0, -1),
      );
    case 'committed':
      return waste
        ? releaseAsWaste(reservation.lines, stock)
        : releaseLines(reservation.lines, true, movementsOf(reservation.lines, stock, 'restocked', 1, 0));
    case 'released': {
      const { lines, restocked, wasted } = reservation;
      return { answer: { kind: 'released', lines, restocked, ...(wasted && { wasted }) } };
    }
    case undefined:
      return releaseLines([], false, []);
  }
}

/** The stock after the movements, only of the items that moved. */
export function levelsAfter(stock: readonly Stock[], movements: readonly Movement[]): readonly Stock[] {
  return movements.map(({ item, sku, onHand, reserved }) => {
    const before = stock.find((level) => level.item === item);
    if (!before) throw new RangeError(`a movement changes the stock of ${sku}, but this stock was not read`);
    return {
      ...before,
      onHand: before.onHand + onHand,
      reserved: before.reserved + reserved,
      version: before.version + 1,
    };
  });
}

const toShortLine = ({ item: _, ...line }: HeldLine, left: number): ShortLine => ({ ...line, available: left });

const neverHeld: Reservation = { state: 'released', lines: [], restocked: false };

const refusedCommit: Decision = {
  answer: { kind: 'commit-refused', reason: 'Nothing is reserved for this order.' },
};

const movementsOf = (
  lines: readonly HeldLine[],
  stock: readonly Stock[],
  kind: MovementKind,
  onHand: number,
  reserved: number,
): Movement[] =>
  lines.map((line) => {
    const level = itemOf(line, stock);
    if (!level) throw new RangeError(`a decision changes the stock of ${line.sku}, but this stock was not read`);
    const { quantity } = line;
    return { item: level.item, sku: level.sku, kind, onHand: onHand * quantity, reserved: reserved * quantity };
  });

const releaseLines = (lines: readonly HeldLine[], restocked: boolean, movements: readonly Movement[]): Decision => ({
  answer: { kind: 'released', lines, restocked },
  changes: { reservation: { state: 'released', lines, restocked }, movements },
});

/** The goods left the shelf when they were committed. So the stock stays the same, and the ledger records the waste. */
const releaseAsWaste = (lines: readonly HeldLine[], stock: readonly Stock[]): Decision => ({
  answer: { kind: 'released', lines, restocked: false, wasted: true },
  changes: {
    reservation: { state: 'released', lines, restocked: false, wasted: true },
    movements: movementsOf(lines, stock, 'waste', 0, 0),
  },
});
