import type { ContextName } from '#platform/config';
import type { Database } from '#database';
import type { Handlers } from '../messages/handlers';
import type { MessageRegistry } from '../messages/registry';
import type { DirectWorker } from '../hand-over/lease';
import type { Batcher } from './batcher';
import type { Outbox } from './outbox';
import type { LaneMarks } from '../inbox/lane-marks';
import type { Probes } from '../inbox/probes';
import type { StalledMessages } from '../inbox/stalled';
import type { Signal } from '../signal';
import type { Claim } from '../inbox/unit-of-work';

/** The messaging of one context in this process. */
export interface MessageEndpoint {
  readonly context: ContextName;
  readonly db: Database;
  readonly registry: MessageRegistry;
  /** Empty until the application has started. */
  handlers: Handlers;
  /** The worker that takes messages from memory. Undefined until it has started. */
  worker?: DirectWorker;
  /** Set when the context's `Outbox` is made, before any message is handled. */
  outbox?: Outbox;
  /** Raised when the outbox has new messages. */
  readonly relay: Signal;
  /** Raised when a message arrived in the inbox, or can be tried again. */
  readonly inbox: Signal;
  /** The positions from which the inbox worker reads. */
  readonly marks: LaneMarks;
  /** The retries of messages whose handlers needed a locked row. */
  readonly probes: Probes;
  /** Messages that failed because of their environment, such as a missing table. */
  readonly stalled: StalledMessages;
  /** Raised when a timer was set that is due soon. */
  readonly timers: Signal;
  /** True if no living process runs a newer build. Only the newest build may decide that a message cannot be read. */
  isNewest: () => Promise<boolean>;
  /**
   * Marks messages as done if their handlers wrote nothing, many in one statement. Returns false if the claim was lost.
   */
  readonly done: Batcher<Claim, boolean>;
}
