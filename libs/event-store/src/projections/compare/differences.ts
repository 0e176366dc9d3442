import { isDeepStrictEqual } from 'node:util';
import type { Column, Projection, Row } from '../live/projection';

/** A row in a form that can be compared: its columns and its view, as JSON. */
export interface ComparableRow {
  readonly position: number;
  readonly version: number;
  readonly columns: Readonly<Record<string, unknown>>;
  readonly view: unknown;
}

/**
 * A column or field of a row, with its old and its new value. A value is undefined if that row does not have the field.
 */
export interface Change {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

type JsonContainer = Readonly<Record<string, unknown>>;

const isContainer = (value: unknown): value is JsonContainer => typeof value === 'object' && value !== null;
const toPlainJson = (value: unknown): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);

/**
 * Brings a value of a column into one form. Then a value from the reducer can be compared with a value from the
 * database.
 */
function normalizeValue({ type }: Column<never>, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'timestamptz':
      return new Date(value as string).toISOString();
    case 'integer':
    case 'bigint':
      return Number(value);
    case 'boolean':
      return Boolean(value);
    case 'uuid':
      return (value as string).toLowerCase();
    case 'text':
      return `${value as string | number}`;
  }
}

/** A folded row, as its table would store it. */
export const fromFoldedRow = (projection: Projection, { position, version, view }: Row): ComparableRow => ({
  position,
  version,
  columns: Object.fromEntries(
    Object.entries(projection.columns).map(([name, column]) => [name, normalizeValue(column, column.of(view))]),
  ),
  view: toPlainJson(view),
});

/** A row that was read from the table. Its columns have the form that jsonb gives them. */
export const fromStoredRow = (
  projection: Projection,
  row: { position: number; version: number; columns: JsonContainer; view: unknown },
): ComparableRow => ({
  position: row.position,
  version: row.version,
  columns: Object.fromEntries(
    Object.entries(projection.columns).map(([name, column]) => [name, normalizeValue(column, row.columns[name])]),
  ),
  view: row.view,
});

/** All differences between two JSON values. An added or removed object or list is one difference. */
function* findChanges(path: string, before: unknown, after: unknown): Generator<Change> {
  if (isDeepStrictEqual(before, after)) return;
  if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after)) {
    yield { path, before, after };
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    yield* findChanges(Array.isArray(before) ? `${path}[${key}]` : `${path}.${key}`, before[key], after[key]);
  }
}

/** The differences between two rows of one order, with paths such as `status` or `view.order.lines[0].quantity`. */
export function changesBetween(before: ComparableRow | undefined, after: ComparableRow | undefined): Change[] {
  if (!before || !after)
    return before === after ? [] : [...findChanges('row', toPlainJson(before), toPlainJson(after))];
  const columns = new Set([...Object.keys(before.columns), ...Object.keys(after.columns)]);
  return [
    ...findChanges('position', before.position, after.position),
    ...findChanges('version', before.version, after.version),
    ...[...columns].flatMap((name) => [
      ...findChanges(name, before.columns[name] ?? null, after.columns[name] ?? null),
    ]),
    ...findChanges('view', before.view, after.view),
  ];
}

/**
 * The path without list indexes, such as `view.order.lines[].quantity`: one name for a field in all items of a list.
 */
export const fieldOf = (path: string): string => path.replace(/\[\d+\]/g, '[]');

const isMoney = (value: JsonContainer): value is { amount: number; currency: string } =>
  typeof value['amount'] === 'number' && typeof value['currency'] === 'string';

function addMoney(sums: Map<string, number>, path: string, value: unknown): void {
  if (!isContainer(value)) return;
  if (isMoney(value)) return void sums.set(path, (sums.get(path) ?? 0) + value.amount);
  for (const key of Object.keys(value))
    addMoney(sums, Array.isArray(value) ? `${path}[]` : `${path}.${key}`, value[key]);
}

/** The amounts of a row by field: every Money in the view, and the columns that are declared as money. */
export function moneyOf(projection: Projection, row: ComparableRow): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, { money }] of Object.entries(projection.columns))
    if (money) sums.set(name, Number(row.columns[name] ?? 0));
  addMoney(sums, 'view', row.view);
  return sums;
}
