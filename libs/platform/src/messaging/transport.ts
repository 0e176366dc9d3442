import type { ContextName } from '#platform/config';
import type { Envelope } from './envelope';

/** Carries messages from one context's outbox to the inboxes of all that hear them. */
export abstract class Transport {
  /**
   * Resolves once every message is safe on the other side; then they are marked as sent. Rejects when any is not:
   * all of them come again, and are recognised by their ids.
   */
  abstract deliver(from: ContextName, messages: readonly Envelope[]): Promise<void>;
}
