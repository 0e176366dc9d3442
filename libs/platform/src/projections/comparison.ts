import type { Uuid } from '#kernel';
import type { Change, Shown } from './differences';

/** A difference as it is shown: long lists of changes are cut. */
export interface ShownDifference {
  readonly orderId: Uuid;
  /**
   * The first event after which the old reducer and the new one disagree about this order; null where they agree about
   * all of it, so that the live row is not what its reducer makes of the order's events.
   */
  readonly firstEvent: {
    readonly position: number;
    readonly version: number;
    readonly type: string;
    readonly changes: readonly Change[];
  } | null;
  /** The rows at the position of the comparison; null where there is none. */
  readonly before: Shown | null;
  readonly after: Shown | null;
  readonly changes: readonly Change[];
  readonly moneyMoved: number;
}

export interface Amount {
  readonly amount: number;
  readonly currency: 'VND';
}

/** What a rebuild changes, both tables at one position. */
export interface RebuildDiff {
  readonly atPosition: number;
  readonly compared: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Columns, and fields of the view as `view.order.lines[].quantity`, with the rows in which they are different. */
  readonly columns: readonly { readonly name: string; readonly changed: number }[];
  readonly money: readonly { readonly column: string; readonly before: Amount; readonly after: Amount }[];
  readonly sample: readonly ShownDifference[];
}
