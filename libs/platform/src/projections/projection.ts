import type { Uuid } from '#kernel';
import type { LoggedEvent } from '#platform/event-store';

export type ColumnType = 'text' | 'uuid' | 'integer' | 'bigint' | 'boolean' | 'timestamptz';

export interface Column<View> {
  readonly type: ColumnType;
  /** The column holds whole minor units; comparisons sum it up. */
  readonly money?: boolean;
  of(view: View): string | number | boolean | null;
}

/**
 * How a read model is made from the log. Every row belongs to one order, holds the position and the order's version it
 * reflects, and is a pure function of that order's events: so one order can be rebuilt alone, and two tables are
 * comparable wherever they stand at equal positions.
 */
export interface Projection<View extends object = object> {
  /** `order-view`; its tables are `order_view_v1`, and `order_view_v1_2` for a second run of the same version. */
  readonly name: string;
  /** Rises with every change of what `project` answers; a table remembers which version made it. */
  readonly version: number;
  /** What can be filtered and sorted by, beside order_id, position, version and view. */
  readonly columns: Readonly<Record<string, Column<View>>>;
  /** Each a list of columns, `['customer_id', 'placed_at desc']`. */
  readonly indexes: readonly (readonly string[])[];
  /** Pure; undefined means there is no row (any more). */
  project(view: View | undefined, event: LoggedEvent): View | undefined;
}

/** One order's line in a read model. */
export interface Row<View extends object = object> {
  readonly orderId: Uuid;
  readonly position: number;
  readonly version: number;
  readonly view: View;
}

export const relationOf = (name: string, version: number, run: number): string =>
  `${name.replaceAll('-', '_')}_v${version}${run > 1 ? `_${run}` : ''}`;

export const quoted = (relation: string): string => `"${relation.replaceAll('"', '""')}"`;

/** SQL for the columns of one row as one jsonb; `alias` is the table's. */
export const columnsAsJson = ({ columns }: Projection, alias: string): string =>
  `jsonb_build_object(${Object.keys(columns)
    .map((name) => `'${name}', ${alias}.${quoted(name)}`)
    .join(', ')})`;

export const newestOf = (projections: readonly Projection[], name: string): Projection | undefined =>
  projections.filter((one) => one.name === name).sort((a, b) => b.version - a.version)[0];
