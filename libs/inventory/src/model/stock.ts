import type { ShortLine, StockLine } from '#contracts/inventory';

/** What there is of one SKU. Reserved goods still lie on the shelf: they are part of `onHand`. */
export interface Stock {
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
  /** Rises with every change. */
  readonly version: number;
}

/** What an order holds. Released is an end: an order that gave its goods back, or never got any, gets none later. */
export type Reservation =
  | { readonly state: 'reserved' | 'committed'; readonly lines: readonly StockLine[] }
  | {
      readonly state: 'released';
      readonly lines: readonly StockLine[];
      readonly restocked: boolean;
      /** The goods had left the shelf, and were not fit to come back. */
      readonly wasted?: true;
      /** Why it never held anything, where that is so: the answer to give again. */
      readonly short?: readonly ShortLine[];
    };

/** An order's reservation and every SKU it is about. */
export interface Holding {
  readonly reservation?: Reservation;
  readonly stock: readonly Stock[];
}

export type MovementKind =
  'listed' | 'reserved' | 'committed' | 'reservation-released' | 'restocked' | 'waste' | 'counted' | 'adjusted';

export interface Movement {
  readonly sku: string;
  readonly kind: MovementKind;
  readonly onHand: number;
  readonly reserved: number;
}

export type Answer =
  | { readonly kind: 'reserved'; readonly lines: readonly StockLine[] }
  | { readonly kind: 'short'; readonly short: readonly ShortLine[] }
  | { readonly kind: 'committed'; readonly lines: readonly StockLine[] }
  | { readonly kind: 'commit-refused'; readonly reason: string }
  | {
      readonly kind: 'released';
      readonly lines: readonly StockLine[];
      readonly restocked: boolean;
      readonly wasted?: true;
    };

/** The answer, and what has to be kept for it to be true; nothing to keep when it was given before. */
export interface Decision {
  readonly answer: Answer;
  readonly keep?: { readonly reservation: Reservation; readonly movements: readonly Movement[] };
}

export const available = (stock: Stock): number => stock.onHand - stock.reserved;

/** One line a SKU with all that is wanted of it, in SKU order. */
export function demandOf(lines: readonly StockLine[]): readonly StockLine[] {
  const wanted = new Map<string, number>();
  for (const { sku, quantity } of lines) {
    if (!Number.isSafeInteger(quantity) || quantity < 1) throw new RangeError(`no quantity to reserve: ${quantity}`);
    wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
  }
  return [...wanted].map(([sku, quantity]) => ({ sku, quantity })).sort((a, b) => (a.sku < b.sku ? -1 : 1));
}

/** The wanted SKUs nobody has put on the shelf, or not yet. */
export const unlisted = (lines: readonly StockLine[], stock: readonly Stock[]): readonly string[] =>
  demandOf(lines)
    .map(({ sku }) => sku)
    .filter((sku) => !stock.some((level) => level.sku === sku));

/** Sets aside all lines or none. */
export function reserve({ reservation, stock }: Holding, lines: readonly StockLine[]): Decision {
  const demand = demandOf(lines);
  switch (reservation?.state) {
    case 'reserved':
    case 'committed':
      return { answer: { kind: 'reserved', lines: reservation.lines } };
    case 'released':
      return {
        answer: { kind: 'short', short: reservation.short ?? demand.map((line) => ({ ...line, available: 0 })) },
      };
    case undefined:
  }
  const levels = new Map(stock.map((level) => [level.sku, available(level)]));
  const short = demand
    .map((line) => ({ ...line, available: levels.get(line.sku) ?? 0 }))
    .filter((line) => line.available < line.quantity);
  if (short.length > 0)
    return {
      answer: { kind: 'short', short },
      keep: { reservation: { state: 'released', lines: [], restocked: false, short }, movements: [] },
    };
  return {
    answer: { kind: 'reserved', lines: demand },
    keep: { reservation: { state: 'reserved', lines: demand }, movements: moved(demand, 'reserved', 0, 1) },
  };
}

/** Takes what is reserved off the shelf; without a reservation it is refused, for good. */
export function commit({ reservation }: Holding): Decision {
  switch (reservation?.state) {
    case 'reserved': {
      const { lines } = reservation;
      return {
        answer: { kind: 'committed', lines },
        keep: { reservation: { state: 'committed', lines }, movements: moved(lines, 'committed', -1, -1) },
      };
    }
    case 'committed':
      return { answer: { kind: 'committed', lines: reservation.lines } };
    case 'released':
      return refusedCommit;
    case undefined:
      return { ...refusedCommit, keep: { reservation: neverHeld, movements: [] } };
  }
}

/**
 * Gives back what is reserved, puts back what was committed; what was committed and is waste by now is only noted. Heard
 * before the reservation, it forbids it. The first release of an order decides; a later one gets the same answer.
 */
export function release({ reservation }: Holding, waste = false): Decision {
  switch (reservation?.state) {
    case 'reserved':
      return givenBack(reservation.lines, false, moved(reservation.lines, 'reservation-released', 0, -1));
    case 'committed':
      return waste
        ? wasted(reservation.lines)
        : givenBack(reservation.lines, true, moved(reservation.lines, 'restocked', 1, 0));
    case 'released': {
      const { lines, restocked, wasted: gone } = reservation;
      return { answer: { kind: 'released', lines, restocked, ...(gone && { wasted: gone }) } };
    }
    case undefined:
      return givenBack([], false, []);
  }
}

/** The levels after the movements, of the SKUs that moved. */
export function levelsAfter(stock: readonly Stock[], movements: readonly Movement[]): readonly Stock[] {
  return movements.map(({ sku, onHand, reserved }) => {
    const before = stock.find((level) => level.sku === sku);
    if (!before) throw new RangeError(`stock of ${sku} moved without being there`);
    return {
      sku,
      onHand: before.onHand + onHand,
      reserved: before.reserved + reserved,
      version: before.version + 1,
    };
  });
}

const neverHeld: Reservation = { state: 'released', lines: [], restocked: false };

const refusedCommit: Decision = {
  answer: { kind: 'commit-refused', reason: 'Nothing is reserved for this order.' },
};

const moved = (lines: readonly StockLine[], kind: MovementKind, onHand: number, reserved: number): Movement[] =>
  lines.map(({ sku, quantity }) => ({ sku, kind, onHand: onHand * quantity, reserved: reserved * quantity }));

const givenBack = (lines: readonly StockLine[], restocked: boolean, movements: readonly Movement[]): Decision => ({
  answer: { kind: 'released', lines, restocked },
  keep: { reservation: { state: 'released', lines, restocked }, movements },
});

/** The goods left the shelf when they were committed: the ledger notes what became of them, and no level changes. */
const wasted = (lines: readonly StockLine[]): Decision => ({
  answer: { kind: 'released', lines, restocked: false, wasted: true },
  keep: {
    reservation: { state: 'released', lines, restocked: false, wasted: true },
    movements: moved(lines, 'waste', 0, 0),
  },
});
