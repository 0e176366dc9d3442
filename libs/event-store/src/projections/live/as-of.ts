import { withoutVoided, type Uuid } from '#kernel';
import type { EventStore, RecordedEvent } from '#event-store';
import { withoutPublishing } from '#messaging';
import { fromFoldedRow, type ComparableRow } from '../compare/differences';
import { foldBatch } from './fold';
import type { Projection } from './projection';

/**
 * The order's events up to a position of the log, without events that were declared void up to that position.
 * Unreadable events are included, and marked.
 */
export async function readEventsAsOf(
  store: Pick<EventStore, 'readMarked'>,
  orderId: Uuid,
  position: number,
): Promise<readonly RecordedEvent[]> {
  const events = await store.readMarked(orderId);
  return withoutVoided(events.filter((event) => event.position !== null && event.position <= position));
}

/** Folds the events of an order up to a position into a row; undefined if the order has no row at this position. */
export async function foldRowAsOf(
  store: EventStore,
  projection: Projection,
  orderId: Uuid,
  position: number,
): Promise<ComparableRow | undefined> {
  return foldRow(projection, orderId, await readEventsAsOf(store, orderId, position));
}

/** Folds these events of an order into a row; undefined if they give no row. */
export function foldRow(
  projection: Projection,
  orderId: Uuid,
  events: readonly RecordedEvent[],
): ComparableRow | undefined {
  const { rows } = withoutPublishing(projection.name, () => foldBatch(projection, new Map(), events));
  const row = rows.get(orderId);
  return row && fromFoldedRow(projection, row);
}
