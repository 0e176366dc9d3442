import type { ContextName } from '#platform/config';
import type { MessageEndpoints } from '../outbox/message-endpoints';
import { filterCommanded, filterSent, readReceivedFrom, type ReceivedMessage } from './lost.store';
import type { Since } from './redelivery.store';

export interface LostMessage extends ReceivedMessage {
  /**
   * True if a message of another context caused it, and that message is still in the outbox of its sender. When that
   * message is sent again, its handler sends this message again. If the cause is not known, a command for the same key
   * counts as the cause: for example, a job charges a payment some time after the command for it.
   */
  readonly willBeRepeated: boolean;
}

/**
 * Finds messages that a restored context has sent, but that are not in its outbox any more. They show what was lost
 * since the backup, such as new accounts, SKUs, or stock counts that staff changed. A lost change that sent no message
 * to another context, such as a price, is not found.
 */
export async function findLostMessages(
  endpoints: MessageEndpoints,
  context: ContextName,
  since: Since,
): Promise<LostMessage[]> {
  const others = endpoints.all.filter((endpoint) => endpoint.context !== context);
  const found = new Map<string, ReceivedMessage>();
  for (const { db } of others)
    for (const message of await readReceivedFrom(db, context, since)) found.set(message.id, message);
  const known = await filterSent(endpoints.get(context).db, [...found.keys()]);
  const lost = [...found.values()].filter(({ id }) => !known.has(id));
  const causes = [...new Set(lost.flatMap(({ cause }) => cause ?? []))];
  const kept = new Set<string>();
  for (const { db } of others) for (const id of await filterSent(db, causes)) kept.add(id);
  const keys = [...new Set(lost.flatMap(({ cause, key }) => (cause === null ? [key] : [])))];
  const commanded = new Set<string>();
  for (const { db } of others) for (const key of await filterCommanded(db, context, keys)) commanded.add(key);
  return lost
    .map((one) => ({ ...one, willBeRepeated: one.cause === null ? commanded.has(one.key) : kept.has(one.cause) }))
    .sort((one, other) => one.at.getTime() - other.at.getTime());
}
