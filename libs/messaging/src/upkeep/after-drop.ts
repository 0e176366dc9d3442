import type { Message } from '#kernel';
import { classOf } from '../messages/envelope';
import type { DroppedMessage } from '../messages/inbox-handlers';
import type { MessageEndpoint } from '../outbox/message-endpoint';

const contentOf = (message: Message): string => JSON.stringify([classOf(message).type, message.body]);

/**
 * Sends what the handler wants to be sent after its messages were dropped. Call this in the transaction that drops them.
 * Equal messages are sent only once. Returns the types of the sent messages.
 */
export function sendAfterDrop(
  { handlers, outbox }: MessageEndpoint,
  handler: string,
  dropped: readonly DroppedMessage[],
): readonly string[] {
  const known = handlers.find(handler);
  const wanted = known ? dropped.flatMap((one) => known.afterDrop(one)) : [];
  const messages = [...new Map(wanted.map((message) => [contentOf(message), message])).values()];
  if (messages.length > 0) outbox!.send(messages);
  return [...new Set(messages.map((message) => classOf(message).type))];
}
