import type { Uuid } from '#kernel';
import type { Slices } from '#platform/system';
import type { Append, Appended, LoggedEvent, RecordedEvent } from './events';
import type { ProvedSeal, StreamProof } from '../verifications/evidence';
import type { VerifyResult } from '../verifications/findings';
import type { Head } from './heads.store';
import type { Folded, Reducer } from './reducer';
import type { Unnumbered } from '../sequencer/unnumbered.store';

/**
 * Append-only streams of events, and the log that numbers all of them. Each context with streams has one event store.
 */
export abstract class EventStore {
  /**
   * Appends events and outbox rows in one statement, within the current transaction if there is one. With `claimed`
   * the statement also marks the inbox message as done, so that a handler costs one round trip.
   * An append without events does nothing: it writes no message, and does not mark the inbox message.
   * Throws VersionConflict, CommandIdTaken, UnknownEvent, ClaimLost, and the refusals of the guards.
   */
  abstract append(append: Append): Promise<Appended>;

  /**
   * A stream's events in version order, from `from` up to and including `to`, without events that were declared void.
   * An unknown stream is empty. Throws UnknownEvent and EventBroken, because the caller needs every event of the
   * stream.
   */
  abstract read(streamId: Uuid, from?: number, to?: number): Promise<RecordedEvent[]>;

  /** Like `read`, but with the void events, and with `unreadable` set on events that this build cannot read. */
  abstract readMarked(streamId: Uuid, from?: number, to?: number): Promise<RecordedEvent[]>;

  /**
   * A stream as it is stored, in the schema versions in which it was written. Events that this build cannot read are
   * marked.
   */
  abstract readStored(streamId: Uuid, from?: number, to?: number): Promise<RecordedEvent[]>;

  /** The versions of a stream that were declared void by later events. */
  abstract voidedOf(streamId: Uuid): Promise<ReadonlySet<number>>;

  /**
   * The state that a reducer computes from a whole stream. A long stream is read from a valid snapshot if there is one,
   * and a new snapshot is stored in the background. Throws UnknownEvent and EventBroken.
   */
  abstract fold<State extends object>(streamId: Uuid, reducer: Reducer<State>): Promise<Folded<State>>;

  /**
   * At most `limit` numbered events after a position. Pass a limit of at most 1,000. If `type` is given, only events of
   * this type are returned. Unreadable events are marked.
   */
  abstract readLog(after: number, limit: number, type?: string): Promise<RecordedEvent[]>;

  /** Like `readLog`, but only with the columns that read models need. */
  abstract readForViews(after: number, limit: number): Promise<LoggedEvent[]>;

  /** Like `readLog`, but in the schema versions in which the events were written. */
  abstract readStoredLog(after: number, limit: number, type?: string): Promise<RecordedEvent[]>;

  /** The last position in the log; 0 when the log is empty. */
  abstract head(): Promise<number>;

  /** How many committed events wait for a position, and the seconds that the oldest of them has waited. */
  abstract waiting(): Promise<{ readonly waiting: number; readonly seconds: number }>;

  /** Committed events that got no position, of one stream or of all streams; at most 1,000. */
  abstract unnumbered(streamId?: Uuid): Promise<readonly Unnumbered[]>;

  /**
   * Calls the listener with the new head when this process or another process has numbered events. Returns a function
   * that removes the listener.
   */
  abstract onNumbered(listener: (head: number) => void): () => void;

  /**
   * Everything that proves a stream's events to a person outside the shop: their canonical bytes, their Merkle paths,
   * and the seals. Events that are not sealed yet are sealed first. Returns undefined if there is no such stream.
   * Throws NotSealedYet, LogTampered.
   */
  abstract prove(streamId: Uuid, slices?: Slices): Promise<StreamProof | undefined>;

  /**
   * The fields that the hashes of these events cover, by the event's id: see chain.ts. Events without a position are
   * left out.
   */
  abstract canonical(eventIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, readonly string[]>>;

  /** The seals of the positions after `after`, each with the signature of the seal before it. */
  abstract seals(after: number, limit: number): Promise<ProvedSeal[]>;

  /** The log, or a part of it, as lines that can be checked offline: see export/log-export.ts. */
  abstract export(from?: number, to?: number): AsyncGenerator<string>;

  /** A document as one line of canonical JSON, signed with the seal key. */
  abstract attest(document: object, slices?: Slices): Promise<string>;

  /**
   * Runs `work` in a transaction that locks the stream, so that no other transaction appends to it. Before `work` runs,
   * it sets the stream's head to the version of the last event. If the head was different, `work` gets the former head.
   */
  abstract withRepairedHead<T>(streamId: Uuid, work: (formerHead: Head | undefined) => Promise<T>): Promise<T>;

  /**
   * Checks hashes, positions and seals against the stored bytes, and reports everything that was changed. It reads in
   * batches, and no transaction is longer than one batch. If the whole log is verified, it is also compared with its
   * streams. `progress` is called with the position that was reached and with the last position. Rejects with the
   * signal's reason when the signal is aborted.
   */
  abstract verify(
    from?: number,
    to?: number,
    progress?: (done: number, last: number) => void,
    signal?: AbortSignal,
  ): Promise<VerifyResult>;
}

/**
 * The same streams over separate connections. Many readers can use it at once, and no command has to wait for a
 * connection.
 */
export abstract class SeparateEventStore extends EventStore {}
