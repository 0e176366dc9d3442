import type { Uuid } from '#kernel';
import type { Append, Appended, RecordedEvent, StoredKey } from './events';
import type { VerifyResult } from './findings';

/** Streams of events, append-only, and the log that numbers them all. One per context that has it. */
export abstract class EventStore {
  /**
   * Appends events and outbox rows in one statement, within the ambient transaction if there is one. With `claimed` it
   * also settles the inbox message, so that a handler costs one round trip.
   * An append of no events is a no-op: nothing is written, no message either, and the inbox message stays.
   * Throws VersionConflict, IdempotencyKeyTaken, CartAlreadyOrdered, CommandIdTaken, UnknownEvent, ClaimLost.
   */
  abstract append(append: Append): Promise<Appended>;

  /** A stream's events in version order, both ends included. An unknown stream is empty. */
  abstract read(streamId: Uuid, from?: number, to?: number): Promise<RecordedEvent[]>;

  /** Numbered events after a position, at most `limit` (1,000), of one type if given. */
  abstract readLog(after: number, limit: number, type?: string): Promise<RecordedEvent[]>;

  /** The last position given out; 0 when there is none. */
  abstract head(): Promise<number>;

  /** Calls back in this process whenever positions were given out, with the new head; returns how to stop. */
  abstract onNumbered(listener: (head: number) => void): () => void;

  /** The row of a caller's idempotency key, kept for 24 hours. */
  abstract findKey(caller: string, key: string): Promise<StoredKey | undefined>;

  /**
   * Recomputes hashes, contiguity and seals from the stored bytes, in batches, with no transaction longer than one, and
   * names the first position that is not as it was written. `progress` hears the position reached and the last one.
   */
  abstract verify(from?: number, to?: number, progress?: (done: number, last: number) => void): Promise<VerifyResult>;
}
