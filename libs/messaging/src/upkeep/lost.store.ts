import type { Database } from '#database';
import { asText, beginning, type Since } from './redelivery.store';

/** A message that a context sent, as one receiver got it. */
export interface Told {
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly at: Date;
}

const BATCH = 1_000;

/** What this receiver got from the sender since then. Bodies are kept for 7 days, ids for 30. */
export const receivedFrom = (receiver: Database, sender: string, since: Since): Promise<Told[]> =>
  receiver.query<Told>(
    `select distinct on (message_id) message_id as id, type, key, received_at as at from inbox
     where received_at >= (${beginning}) and meta->>'source' = $2 order by message_id`,
    [asText(since), sender],
  );

/**
 * The messages that are not in the sender's outbox: the sender was restored from a backup that is older than they are.
 */
export async function unknownTo(sender: Database, told: readonly Told[]): Promise<Told[]> {
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
