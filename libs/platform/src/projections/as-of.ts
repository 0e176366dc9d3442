import type { Uuid } from '#kernel';
import type { EventStore, RecordedEvent } from '#platform/event-store';
import { hushed } from '#platform/messaging';
import { shownOf, type Shown } from './differences';
import { foldBatch } from './fold';
import type { Projection } from './projection';

/** The order's events that the log had by then; one that this build cannot read is among them, marked. */
export async function eventsAsOf(store: EventStore, orderId: Uuid, position: number): Promise<RecordedEvent[]> {
  const events = await store.readMarked(orderId);
  return events.filter((event) => event.position !== null && event.position <= position);
}

/** The row that the order's events by then make, folded from the first; undefined where they make none. */
export async function rowAsOf(
  store: EventStore,
  projection: Projection,
  orderId: Uuid,
  position: number,
): Promise<Shown | undefined> {
  const events = await eventsAsOf(store, orderId, position);
  const { rows } = hushed(projection.name, () => foldBatch(projection, new Map(), events));
  const row = rows.get(orderId);
  return row && shownOf(projection, row);
}
