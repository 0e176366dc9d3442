import type { Database } from '#database';
import { sinceValue, sinceSql, type Since } from './redelivery.store';

/** A message that a receiver got from a context. `at` is when it arrived. */
export interface ReceivedMessage {
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly body: object;
  readonly at: Date;
  /** The message that caused it. Null if a request or a timer caused it. */
  readonly cause: string | null;
  /** The id of the HTTP request that started it, as in the audit trail. */
  readonly requestId: string | null;
}

const BATCH = 1_000;

/** The messages that this receiver got from the sender since that time. An inbox keeps the senders for 7 days. */
export const readReceivedFrom = (receiver: Database, sender: string, since: Since): Promise<ReceivedMessage[]> =>
  receiver.query<ReceivedMessage>(
    `select distinct on (message_id) message_id as id, type, key, body, received_at as at,
       meta->>'causationId' as cause, meta->>'requestId' as "requestId" from inbox
     where received_at >= (${sinceSql}) and meta->>'source' = $2 order by message_id`,
    [sinceValue(since), sender],
  );

/** Returns those ids whose messages are in the outbox of this context. */
export async function filterSent(db: Database, ids: readonly string[]): Promise<Set<string>> {
  const sent = new Set<string>();
  for (let at = 0; at < ids.length; at += BATCH) {
    const rows = await db.query<{ id: string }>('select id from outbox where id = any($1::uuid[])', [
      ids.slice(at, at + BATCH),
    ]);
    for (const { id } of rows) sent.add(id);
  }
  return sent;
}

/** Returns those keys for which this context's outbox has a command to the receiver. */
export async function filterCommanded(db: Database, receiver: string, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const rows = await db.query<{ key: string }>(
    `select distinct key from outbox where key = any($1) and type like $2 || '.%'`,
    [keys, receiver],
  );
  return rows.map(({ key }) => key);
}
