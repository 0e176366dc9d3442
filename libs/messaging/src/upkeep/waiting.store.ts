import type { Database } from '#database';
import type { DroppedMessage } from '../messages/inbox-handlers';
import { isOpen } from '../inbox/open-messages';

const isWaiting = `i.state = 'waiting' and ${isOpen('i')} and i.handler = $1 and i.type = any($2::text[])`;

/** The number of messages that wait for a handler. */
export const countWaiting = async (db: Database, handler: string, types: readonly string[]): Promise<number> =>
  (
    await db.query<{ count: number }>(`select count(*)::int as count from inbox i where ${isWaiting}`, [handler, types])
  )[0].count;

/**
 * Marks the messages that wait for a handler as done without handling them, stores the reason with them, and returns
 * them.
 */
export const markWaitingDone = (
  db: Database,
  handler: string,
  types: readonly string[],
  reason: string,
): Promise<DroppedMessage[]> =>
  db.query<DroppedMessage>(
    `update inbox i set state = 'done', done_at = now(), claimed_by = 0, error = 'dropped: ' || $3 where ${isWaiting}
     returning i.type, i.key`,
    [handler, types, reason],
  );
