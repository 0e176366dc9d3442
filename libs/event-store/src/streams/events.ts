import { inMicros, type Message, type Uuid } from '#kernel';
import type { Claim } from '#messaging';
import type { Guarded } from './guard';

/** A new event. Its schema version must be the current version of its type. */
export interface NewEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: object;
}

export interface Actor {
  readonly kind: 'user' | 'guest' | 'staff' | 'system';
  readonly id?: string;
}

export interface EventMetadata {
  readonly commandId: Uuid;
  readonly correlationId: Uuid;
  readonly causationId?: Uuid;
  readonly actor: Actor;
  readonly requestId?: string;
}

/** An event as it is read: its data has the current schema version of its type. The stored bytes never change. */
export interface RecordedEvent<Data = unknown> {
  readonly id: Uuid;
  readonly streamId: Uuid;
  /** The number of the event in its stream: 1, 2, 3… */
  readonly version: number;
  /** The number of the event among all events, in commit order; null until the sequencer has numbered the event. */
  readonly position: number | null;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: Data;
  readonly metadata: EventMetadata;
  readonly timestamp: Date;
  /** SHA-256 in hex over the event and the hash before it; null until the event is numbered. */
  readonly hash: string | null;
  /** `timestamp` in ISO 8601 with microseconds, if the query selected it; null for an infinite time. */
  readonly instant?: string | null;
  /**
   * Why this build cannot read the event. Only set if the reader asked for unreadable events too. Then `data` is as it
   * is stored.
   */
  readonly unreadable?: Error;
}

/** The event's time in ISO 8601, with microseconds if the query selected them. */
export const instantOfEvent = ({ instant, timestamp }: Pick<RecordedEvent, 'instant' | 'timestamp'>): string =>
  instant ?? (timestamp instanceof Date ? inMicros(timestamp.toISOString()) : String(timestamp));

/** The part of an event that read models need: no metadata and no hash. */
export type LoggedEvent<Data = unknown> = Omit<RecordedEvent<Data>, 'metadata' | 'hash' | 'instant'>;

export interface Append {
  readonly streamId: Uuid;
  /** The version on which the decision is based; 0 starts a stream. */
  readonly expectedVersion: number;
  /** Event ids are derived from this id, so a repeated command appends only once. */
  readonly commandId: Uuid;
  readonly events: readonly NewEvent[];
  readonly metadata: EventMetadata;
  /** The statement of the append also writes these messages to the outbox. */
  readonly messages?: readonly Message[];
  /** Conditions of the context, checked in this order; see guard.ts. */
  readonly guards?: readonly Guarded[];
  /**
   * The inbox message that this append handles (`currentUnit()?.claimed`), if the handler has nothing else to write.
   * The same statement marks this message as done, and writes the messages and timers that the handler has collected so
   * far.
   */
  readonly claimed?: Claim;
}

export interface Appended {
  /** The stream's version after the append; for a repeated command, after its first append. */
  readonly version: number;
  /** True if the same command appended before. Then nothing is appended, and this is the result of the first append. */
  readonly repeated: boolean;
  readonly events: readonly RecordedEvent[];
}
