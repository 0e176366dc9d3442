import { hash } from 'node:crypto';
import { netstrings } from '#platform/canonical';

/** The columns of an event as Postgres prints them. */
export interface StoredEvent {
  readonly id: string;
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  /** `event_data::text` and `metadata::text`. jsonb prints the same bytes for the same value. */
  readonly data: string;
  readonly metadata: string;
  /** The timestamp of the event, in whole microseconds since 1970. */
  readonly micros: string;
}

/** The event at position 1 has no event before it. Its previous hash is this value. */
export const ORIGIN = '0'.repeat(64);

/** The first field of each hash. It names the format of the fields. A check refuses a format that it does not know. */
export const CHAIN_TAG = 'coffee-tea.log.1';

/**
 * The fields that the hash of a position covers: tag, the previous hash (hex), position, id, stream, version,
 * event_type, schema_version, event_data, metadata, timestamp.
 */
export const chainFields = (previous: string, position: number, event: StoredEvent): readonly (string | number)[] => [
  CHAIN_TAG,
  previous,
  position,
  event.id,
  event.streamId,
  event.version,
  event.type,
  event.schemaVersion,
  event.data,
  event.metadata,
  event.micros,
];

/** SHA-256, in hex, over the netstrings of the fields. */
export const chainHash = (fields: readonly (string | number)[]): string => hash('sha256', netstrings(fields));

/** The hash of the event at a position. */
export const hashOfEvent = (previous: string, position: number, event: StoredEvent): string =>
  chainHash(chainFields(previous, position, event));
