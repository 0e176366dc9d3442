import type { ContextName } from '#platform/config';
import type { Database } from '#platform/database';
import type { Handlers } from './handlers';
import type { MessageRegistry } from './registry';
import type { Gathering } from './gathering';
import type { Signal } from './signal';
import type { Claim } from './unit';

/** One context's part of the post office. */
export interface Branch {
  readonly context: ContextName;
  readonly db: Database;
  readonly registry: MessageRegistry;
  /** Empty until the application is up. */
  handlers: Handlers;
  /** There is something to send. */
  readonly relay: Signal;
  /** Something came in, or may be tried again. */
  readonly inbox: Signal;
  /** A timer was set. */
  readonly timers: Signal;
  /** Messages that came to nothing are counted here, many at a time; false where the claim was lost. */
  readonly done: Gathering<Claim, boolean>;
}
