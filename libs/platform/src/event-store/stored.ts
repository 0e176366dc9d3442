import type { Uuid } from '#kernel';
import type { EventTypes } from './event-types';
import type { EventMetadata, LoggedEvent, RecordedEvent } from './events';

/** A row of `columns`. */
export interface StoredRow {
  readonly id: Uuid;
  readonly orderId: Uuid;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: object;
  readonly metadata: EventMetadata;
  readonly timestamp: Date;
  readonly position: number | null;
  readonly hash: string | null;
}

/** Of `order_events e` and `order_log l`. */
export const columns = `e.id, e.order_id as "orderId", e.version, e.event_type as type,
  e.schema_version as "schemaVersion", e.event_data as data, e.metadata, e."timestamp",
  l.position, encode(l.hash, 'hex') as hash`;

/** As many of them as read models need: a row costs a third less so. */
export const viewColumns = `e.id, e.order_id as "orderId", e.version, e.event_type as type,
  e.schema_version as "schemaVersion", e.event_data as data, e."timestamp", l.position`;

export type LoggedRow = Omit<StoredRow, 'metadata' | 'hash'>;

/** What the hash covers: every column of the event as Postgres prints it. */
export const canonicalColumns = `e.id, e.order_id as "orderId", e.version, e.event_type as type,
  e.schema_version as "schemaVersion", e.event_data::text as data, e.metadata::text as metadata,
  (extract(epoch from e."timestamp") * 1000000)::bigint::text as micros`;

/** Throws UnknownEvent. */
export const recorded = <Row extends LoggedRow>(types: EventTypes, row: Row): Row => ({
  ...row,
  ...types.upcast(row.type, row.schemaVersion, row.data),
});

/** Never throws, so that one event stops nobody but those who need it. */
export function marked<Row extends LoggedRow>(types: EventTypes, row: Row): Row & Pick<LoggedEvent, 'unreadable'> {
  try {
    return recorded(types, row);
  } catch (error) {
    return { ...row, unreadable: error as Error };
  }
}

/** As it is stored, in the schema version it was written in. */
export function asStored(types: EventTypes, row: StoredRow): RecordedEvent {
  const { unreadable } = marked(types, row);
  return unreadable ? { ...row, unreadable } : row;
}

// Each event is looked up by its id, whatever the planner believes of a table that grew since it was last counted:
// a plan made for the empty table would go through all events for each batch.
const lookUp = (id: string) => `lateral (select * from order_events where id = ${id} limit 1) e`;

/** Joins the event to a row that names it. */
export const joinEvent = (id: string): string => `cross join ${lookUp(id)}`;
export const joinEventIfThere = (id: string): string => `left join ${lookUp(id)} on true`;

/** Joins an event's place in the log, if it has one. */
export const joinPlace = (eventId: string): string =>
  `left join lateral (select * from order_log where event_id = ${eventId} limit 1) l on true`;
