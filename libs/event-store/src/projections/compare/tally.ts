import type { Uuid } from '#kernel';
import { changesBetween, fieldOf, moneyOf, type ComparableRow } from './differences';
import type { Projection } from '../live/projection';

/** The rows of an order in both tables at the same position. */
export interface Pair {
  readonly orderId: Uuid;
  readonly before: ComparableRow | undefined;
  readonly after: ComparableRow | undefined;
}

export interface WorstOrder {
  readonly orderId: Uuid;
  readonly moneyMoved: number;
  readonly fields: number;
}

/**
 * The counts of a comparison so far. They are plain data, so that they can be stored, and the comparison can continue.
 */
export interface Tally {
  compared: number;
  added: number;
  removed: number;
  changed: number;
  /** For each field, the number of rows in which it differs. */
  readonly fields: Record<string, number>;
  readonly money: Record<string, { before: number; after: number }>;
  /**
   * The orders with the largest differences, the largest first. They are sorted by the amount of money that changed,
   * then by the number of changed fields.
   */
  worst: WorstOrder[];
}

export const emptyTally = (): Tally => ({
  ...{ compared: 0, added: 0, removed: 0, changed: 0 },
  ...{ fields: {}, money: {}, worst: [] },
});

export const SAMPLE_SIZE = 20;
/** A limit for the number of field names, because some views have field names that come from data. */
const MOST_NAMES = 500;
const OTHER_NAMES = '(others)';

const limitedName = (record: object, name: string): string =>
  name in record || Object.keys(record).length < MOST_NAMES ? name : OTHER_NAMES;

function addMoney(tally: Tally, side: 'before' | 'after', sums: ReadonlyMap<string, number>): void {
  for (const [name, amount] of sums) {
    const known = (tally.money[limitedName(tally.money, name)] ??= { before: 0, after: 0 });
    known[side] += amount;
  }
}

/** Adds one order to the counts. */
export function countDifferences(
  tally: Tally,
  old: Projection,
  next: Projection,
  { orderId, before, after }: Pair,
): void {
  if (!before && !after) return;
  tally.compared += 1;
  const sums = { before: before && moneyOf(old, before), after: after && moneyOf(next, after) };
  addMoney(tally, 'before', sums.before ?? new Map());
  addMoney(tally, 'after', sums.after ?? new Map());
  const changes = changesBetween(before, after);
  if (changes.length === 0) return;
  if (!before) tally.added += 1;
  else if (!after) tally.removed += 1;
  else {
    tally.changed += 1;
    for (const name of new Set(changes.map(({ path }) => fieldOf(path)))) {
      const field = limitedName(tally.fields, name);
      tally.fields[field] = (tally.fields[field] ?? 0) + 1;
    }
  }
  const names = new Set([...(sums.before?.keys() ?? []), ...(sums.after?.keys() ?? [])]);
  const moneyMoved = [...names].reduce(
    (moved, name) => moved + Math.abs((sums.after?.get(name) ?? 0) - (sums.before?.get(name) ?? 0)),
    0,
  );
  tally.worst.push({ orderId, moneyMoved, fields: changes.length });
  if (tally.worst.length > 2 * SAMPLE_SIZE) keepWorst(tally);
}

export function keepWorst(tally: Tally): void {
  tally.worst.sort((a, b) => b.moneyMoved - a.moneyMoved || b.fields - a.fields);
  tally.worst = tally.worst.slice(0, SAMPLE_SIZE);
}
