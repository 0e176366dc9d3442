import type { Uuid } from '#kernel';
import type { Change, ComparableRow } from './differences';

/** A difference as it is shown: long lists of changes are shortened. */
export interface ShownDifference {
  readonly orderId: Uuid;
  /**
   * The first event after which the old and the new reducer give different rows for this order. Null if both reducers
   * give the same rows. Then the live row differs from what its own reducer gives.
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
  /** The sum of the differences of all amounts, without their signs. */
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
   * The columns, and the view's fields as `view.order.lines[].quantity`, with the number of rows in which they differ.
   */
  readonly columns: readonly { readonly name: string; readonly changed: number }[];
  readonly money: readonly { readonly column: string; readonly before: Amount; readonly after: Amount }[];
  readonly sample: readonly ShownDifference[];
}
