import type { Message, Uuid } from '#kernel';
import type { Claim } from '#platform/messaging';

/** An event on its way in; its schema version is the current one of its type. */
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

/** An event as it is read: brought up to its type's current schema version; the stored bytes never change. */
export interface RecordedEvent<Data = unknown> {
  readonly id: Uuid;
  readonly orderId: Uuid;
  /** 1, 2, 3… in its stream. */
  readonly version: number;
  /** 1, 2, 3… among all events, in the order they were committed; null until the sequencer has numbered it. */
  readonly position: number | null;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: Data;
  readonly metadata: EventMetadata;
  readonly timestamp: Date;
  /** SHA-256 in hex over the event and the hash before it; null until it is numbered. */
  readonly hash: string | null;
  /** Why this build cannot read it, where it was asked to go on all the same; then the data is as it is stored. */
  readonly unreadable?: Error;
}

/** What read models are made of: an event without who caused it and what seals it. */
export type LoggedEvent<Data = unknown> = Omit<RecordedEvent<Data>, 'metadata' | 'hash'>;

/** A client's key for a request it may repeat; unique for its caller. */
export interface IdempotencyKey {
  readonly caller: string;
  readonly key: string;
  readonly bodyHash: string;
  /** The command's name, so that one key cannot mean two things. */
  readonly command: string;
}

export interface StoredKey extends IdempotencyKey {
  readonly commandId: Uuid;
  readonly orderId: Uuid;
  readonly createdAt: Date;
}

export interface Append {
  readonly streamId: Uuid;
  /** The version the decision was made on; 0 starts a stream. */
  readonly expectedVersion: number;
  /** Event ids follow from it: the same command appends once, however often it is repeated. */
  readonly commandId: Uuid;
  readonly events: readonly NewEvent[];
  readonly metadata: EventMetadata;
  /** Written to the outbox by the same statement. */
  readonly messages?: readonly Message[];
  readonly idempotency?: IdempotencyKey;
  /** On whose account a stream is begun: refused with SubjectErased once their books are closed. */
  readonly account?: Uuid;
  /** The cart this order is made of. A cart's version is ordered once, and so is each portion, wherever it lies by then. */
  readonly cart?: {
    readonly cartId: Uuid;
    readonly cartVersion: number;
    readonly portions?: readonly { readonly id: Uuid; readonly quantity: number }[];
  };
  /**
   * The inbox message this answers (`currentUnit()?.claimed`), when the handler has nothing to write besides: the same
   * statement marks it done, and takes along what the handler has published and timed so far.
   */
  readonly claimed?: Claim;
}

export interface Appended {
  /** The version after the (first) append. */
  readonly version: number;
  /** The command had been here before: nothing was appended, and this is the first answer. */
  readonly repeated: boolean;
  readonly events: readonly RecordedEvent[];
}
