import type { Uuid } from '#kernel';
import type { Change, ComparableRow } from './differences';

/** The difference between the old and the new row of one order. Long lists of changes are shortened. */
export interface ShownDifference {
  readonly orderId: Uuid;
  /**
   * The first event after which the old and the new reducer give different rows for this order. Null if both reducers
   * give the same rows. In this case the live row does not match its own reducer.
   */
  readonly firstEvent: {
    readonly position: number;
    readonly version: number;
    readonly type: string;
    readonly changes: readonly Change[];
  } | null;
  /** The rows at the position of the comparison; null if there is no row. */
  readonly before: ComparableRow | null;
  readonly after: ComparableRow | null;
  readonly changes: readonly Change[];
  /** The sum of the absolute differences of all amounts. */
  readonly moneyMoved: number;
}

export interface Amount {
  readonly amount: number;
  readonly currency: 'VND';
}

/** The changes that a rebuild makes. Both tables are at the same position. */
export interface RebuildDiff {
  readonly atPosition: number;
  readonly compared: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /**
   * For each column, and for each field of the view (such as `view.order.lines[].quantity`), the number of rows in
   * which it differs.
   */
  readonly columns: readonly { readonly name: string; readonly changed: number }[];
  readonly money: readonly { readonly column: string; readonly before: Amount; readonly after: Amount }[];
  readonly sample: readonly ShownDifference[];
}
