import type { ContextName } from '#platform/config';
import type { Envelope } from '../messages/envelope';
import type { Subscribed } from './subscription-cache';

/** Carries messages from one context's outbox to the inboxes of others. It delivers to each receiver separately. */
export abstract class Transport {
  /** Every context that may receive messages. */
  abstract readonly receivers: readonly ContextName[];

  /** What the receiver subscribed to, read at most `notOlderThanMs` ago. Rejects if the receiver cannot be asked. */
  abstract subscribed(receiver: ContextName, notOlderThanMs: number): Promise<Subscribed>;

  /** The last answer, however old it is. It asks nothing. */
  abstract remembered(receiver: ContextName): Subscribed | undefined;

  /**
   * Resolves when every message is stored at the receiver. Rejects if one is not: then all of them are delivered again,
   * and the receiver recognises them by their ids.
   */
  abstract deliver(from: ContextName, receiver: ContextName, messages: readonly Envelope[]): Promise<void>;
}
