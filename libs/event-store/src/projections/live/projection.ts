import type { Uuid } from '#kernel';
import type { LoggedEvent } from '#event-store';

export type ColumnType = 'text' | 'uuid' | 'integer' | 'bigint' | 'boolean' | 'timestamptz';

export interface Column<View> {
  readonly type: ColumnType;
  /** The column contains an amount of money, in whole minor units. A comparison of two tables adds up these amounts. */
  readonly money?: boolean;
  of(view: View): string | number | boolean | null;
}

/**
 * How a read model is made from the log. Each row belongs to one order. It stores the position and the version of the
 * last event that it reflects. A row is a pure function of the order's events. So one order can be rebuilt alone, and
 * two tables can be compared when they are at the same position.
 */
export interface Projection<View extends object = object> {
  /** For example `by-day`. Its tables are `by_day_v1`, and `by_day_v1_2` for a second run of the same version. */
  readonly name: string;
  /** Raise the version whenever the result of `project` changes. For each table, the version that made it is stored. */
  readonly version: number;
  /** The columns for filters and sorting. Each table also has the columns stream, position, version and view. */
  readonly columns: Readonly<Record<string, Column<View>>>;
  /** Each index is a list of columns, such as `['owner', 'at desc']`. */
  readonly indexes: readonly (readonly string[])[];
  /** Must be a pure function. It returns undefined if the order has no row, or no row any more. */
  project(view: View | undefined, event: LoggedEvent): View | undefined;
}

/** The row of one order in a read model. */
export interface Row<View extends object = object> {
  readonly orderId: Uuid;
  readonly position: number;
  readonly version: number;
  readonly view: View;
}

export const relationOf = (name: string, version: number, run: number): string =>
  `${name.replaceAll('-', '_')}_v${version}${run > 1 ? `_${run}` : ''}`;

export const quoted = (relation: string): string => `"${relation.replaceAll('"', '""')}"`;

/**
 * SQL: whether the stream of a row was set aside. Then the row does not show the stream's last events. The row's table
 * has the alias `t`, and `stream` is the column with the stream's id.
 */
export const isBehind = (table: string, stream: string): string =>
  `coalesce((select true from projection_failures f
    where f.relation = '${table.slice(1, -1)}' and f.${stream} = t.${stream} limit 1), false)`;

/** SQL: the columns of one row as one jsonb. `alias` is the alias of the table. */
export const columnsAsJson = ({ columns }: Projection, alias: string): string =>
  `jsonb_build_object(${Object.keys(columns)
    .map((name) => `'${name}', ${alias}.${quoted(name)}`)
    .join(', ')})`;

export const newestOf = (projections: readonly Projection[], name: string): Projection | undefined =>
  projections.filter((one) => one.name === name).sort((a, b) => b.version - a.version)[0];
