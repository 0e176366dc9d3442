import type { ContextName } from '#platform/config';
import type { Database } from '#database';
import type { Handlers } from '../messages/handlers';
import type { MessageRegistry } from '../messages/registry';
import type { Gathering } from './gathering';
import type { LaneMarks } from '../inbox/lane-marks';
import type { Probes } from '../inbox/probes';
import type { Stalled } from '../inbox/stalled';
import type { Signal } from '../signal';
import type { Claim } from '../inbox/unit';

/** The messaging of one context in this process. */
export interface Branch {
  readonly context: ContextName;
  readonly db: Database;
  readonly registry: MessageRegistry;
  /** Empty until the application is up. */
  handlers: Handlers;
  /** Rings when there is something to send. */
  readonly relay: Signal;
  /** Rings when a message arrived, or may be tried again. */
  readonly inbox: Signal;
  /** Where its worker looks for messages. */
  readonly marks: LaneMarks;
  /** When messages that met a locked row are tried again. */
  readonly probes: Probes;
  /** Messages that wait for their environment. */
  readonly stalled: Stalled;
  /** Rings when a timer was set. */
  readonly timers: Signal;
  /** Whether no newer build lives. Only the newest build can decide that a message cannot be read. */
  isNewest: () => Promise<boolean>;
  /**
   * Marks many messages together as done. It is for messages whose handlers wrote nothing. False if the claim was lost.
   */
  readonly done: Gathering<Claim, boolean>;
}
