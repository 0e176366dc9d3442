import type { ContextName } from '#platform/config';
import type { Envelope } from '../messages/envelope';
import type { SubscribedTypes } from './subscription-cache';

/** Delivers messages from one context's outbox to the inboxes of receivers, to each receiver separately. */
export abstract class Transport {
  /** Every context that can receive messages. */
  abstract readonly receivers: readonly ContextName[];

  /** The receiver's subscriptions, read at most `notOlderThanMs` ago. Rejects if they cannot be read. */
  abstract readSubscribed(receiver: ContextName, notOlderThanMs: number): Promise<SubscribedTypes>;

  /** The subscriptions that were read last, of any age. This method sends no query. */
  abstract lastSubscribed(receiver: ContextName): SubscribedTypes | undefined;

  /** True if both contexts have their schemas in one database, so that one statement can write into both. */
  abstract sharesServer(one: ContextName, other: ContextName): boolean;

  /**
   * Resolves when all messages are stored at the receiver. If it rejects, the relay delivers all of them again. The
   * receiver recognises repeated messages by their ids.
   */
  abstract deliver(from: ContextName, receiver: ContextName, messages: readonly Envelope[]): Promise<void>;
}
