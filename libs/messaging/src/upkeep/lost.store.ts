import type { Database } from '#database';
import { sinceValue, sinceSql, type Since } from './redelivery.store';

/** A message that a receiver got from a context. `at` is when it arrived. */
export interface Told {
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly at: Date;
}

const BATCH = 1_000;

/** The messages that this receiver got from the sender since that time. An inbox keeps the senders for 7 days. */
export const readReceivedFrom = (receiver: Database, sender: string, since: Since): Promise<Told[]> =>
  receiver.query<Told>(
    `select distinct on (message_id) message_id as id, type, key, received_at as at from inbox
     where received_at >= (${sinceSql}) and meta->>'source' = $2 order by message_id`,
    [sinceValue(since), sender],
  );

/**
 * Returns the messages that are not in the sender's outbox. This happens if the sender was restored from an older
 * backup.
 */
export async function filterUnknown(sender: Database, told: readonly Told[]): Promise<Told[]> {
  const unknown: Told[] = [];
  for (let at = 0; at < told.length; at += BATCH) {
    const batch = told.slice(at, at + BATCH);
    const known = await sender.query<{ id: string }>('select id from outbox where id = any($1::uuid[])', [
      batch.map(({ id }) => id),
    ]);
    const ids = new Set(known.map(({ id }) => id));
    unknown.push(...batch.filter(({ id }) => !ids.has(id)));
  }
  return unknown;
}
