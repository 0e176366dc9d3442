import type { Uuid } from '#kernel';
import type { Append, Appended, LoggedEvent, RecordedEvent, StoredKey } from './events';
import type { StreamProof } from './evidence';
import type { VerifyResult } from './findings';
import type { Folded, Reducer } from './reducer';

/** Streams of events, append-only, and the log that numbers them all. One per context that has it. */
export abstract class EventStore {
  /**
   * Appends events and outbox rows in one statement, within the ambient transaction if there is one. With `claimed` it
   * also settles the inbox message, so that a handler costs one round trip.
   * An append of no events is a no-op: nothing is written, no message either, and the inbox message stays.
   * Throws VersionConflict, IdempotencyKeyTaken, CartAlreadyOrdered, CommandIdTaken, UnknownEvent, ClaimLost.
   */
  abstract append(append: Append): Promise<Appended>;

  /**
   * A stream's events in version order, both ends included. An unknown stream is empty. Throws UnknownEvent: whoever
   * decides or answers must have understood all of them.
   */
  abstract read(streamId: Uuid, from?: number, to?: number): Promise<RecordedEvent[]>;

  /** The same, with what this build cannot read marked as `unreadable`. */
  abstract readMarked(streamId: Uuid, from?: number, to?: number): Promise<RecordedEvent[]>;

  /** A stream as it is stored, old schema versions and all; what this build cannot read is marked. */
  abstract readStored(streamId: Uuid): Promise<RecordedEvent[]>;

  /**
   * What a reducer makes of a whole stream. Of a long one it starts from a snapshot, where a sound one is there, and
   * leaves one behind; nobody waits for that. Throws UnknownEvent.
   */
  abstract fold<State extends object>(streamId: Uuid, reducer: Reducer<State>): Promise<Folded<State>>;

  /** Numbered events after a position, at most `limit` (1,000), of one type if given; the unreadable are marked. */
  abstract readLog(after: number, limit: number, type?: string): Promise<RecordedEvent[]>;

  /** The same, with no more of each than read models are made of. */
  abstract readForViews(after: number, limit: number): Promise<LoggedEvent[]>;

  /** The same, as they are stored. */
  abstract readStoredLog(after: number, limit: number, type?: string): Promise<RecordedEvent[]>;

  /** The last position given out; 0 when there is none. */
  abstract head(): Promise<number>;

  /** Calls back in this process whenever positions were given out, with the new head; returns how to stop. */
  abstract onNumbered(listener: (head: number) => void): () => void;

  /**
   * What a stream's events need to be proved to a stranger: their canonical bytes, the way to their seals, the seals.
   * What is not under a seal yet is sealed first. Undefined: no such stream. Throws NotSealedYet, LogTampered.
   */
  abstract prove(streamId: Uuid): Promise<StreamProof | undefined>;

  /** A document as one line of canonical JSON, under the signature of the seal key. */
  abstract attest(document: object): string;

  /** The row of a caller's idempotency key, kept for 24 hours. */
  abstract findKey(caller: string, key: string): Promise<StoredKey | undefined>;

  /**
   * Recomputes hashes, contiguity and seals from the stored bytes, in batches, with no transaction longer than one, and
   * names the first position that is not as it was written. `progress` hears the position reached and the last one.
   */
  abstract verify(from?: number, to?: number, progress?: (done: number, last: number) => void): Promise<VerifyResult>;
}
