import type { LoggedEvent } from '#event-store';
import { changesBetween, fromFoldedRow, type Change, type ComparableRow } from './differences';
import { foldBatch } from '../live/fold';
import type { Projection, Row } from '../live/projection';

/** The first event after which two reducers give different rows for an order. */
export interface FirstDifference {
  readonly event: LoggedEvent;
  readonly changes: readonly Change[];
}

/**
 * Applies one reducer to a stream, event by event. After an error the row stays as it was before the error, as in the
 * table.
 */
class ReducerRun {
  private row: Row | undefined;
  private hasFailed = false;

  constructor(private readonly projection: Projection) {}

  step(event: LoggedEvent): ComparableRow | undefined {
    if (!this.hasFailed) {
      const known = new Map(this.row ? [[this.row.orderId, this.row]] : []);
      const { rows, gone, failures } = foldBatch(this.projection, known, [event]);
      this.hasFailed = failures.length > 0;
      if (gone.length > 0) this.row = undefined;
      else this.row = rows.get(event.streamId) ?? this.row;
    }
    return this.row && fromFoldedRow(this.projection, this.row);
  }
}

export function findFirstDifference(
  old: Projection,
  next: Projection,
  events: readonly LoggedEvent[],
): FirstDifference | undefined {
  const [oldRun, nextRun] = [new ReducerRun(old), new ReducerRun(next)];
  for (const event of events) {
    const changes = changesBetween(oldRun.step(event), nextRun.step(event));
    if (changes.length > 0) return { event, changes };
  }
  return undefined;
}
