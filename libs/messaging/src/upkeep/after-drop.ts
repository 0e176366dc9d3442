import { classOf } from '../messages/envelope';
import type { DroppedMessage } from '../messages/inbox-handlers';
import type { Branch } from '../outbox/branch';

/**
 * Sends what the handler wants to be sent after its messages were dropped. Call this in the transaction that drops them.
 * Returns the types of the sent messages.
 */
export function sendAfterDrop(
  { handlers, outbox }: Branch,
  handler: string,
  dropped: readonly DroppedMessage[],
): readonly string[] {
  const known = handlers.find(handler);
  const messages = known ? dropped.flatMap((one) => known.afterDrop(one)) : [];
  if (messages.length > 0) outbox!.send(messages);
  return [...new Set(messages.map((message) => classOf(message).type))];
}
