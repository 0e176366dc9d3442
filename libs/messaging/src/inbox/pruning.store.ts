import type { Database } from '#database';

/** Empties messages that were done more than 7 days ago. Their ids stay, so that a repeated message is recognised. */
export const emptyOldMessages = async (db: Database, batch: number): Promise<number> =>
  (
    await db.execute(
      `update inbox set body = '{}', meta = '{}', emptied = true where seq in (
         select seq from inbox where state = 'done' and not emptied and done_at < now() - interval '7 days'
         order by done_at limit $1)`,
      [batch],
    )
  ).count;

/** Deletes messages, with their ids, that were done more than 30 days ago. */
export const deleteOldMessages = async (db: Database, batch: number): Promise<number> =>
  (
    await db.execute(
      `delete from inbox where seq in (
         select seq from inbox where state = 'done' and done_at < now() - interval '30 days' order by done_at limit $1)`,
      [batch],
    )
  ).count;

/** The tables in which most rows are short-lived. */
export const shortLivedTables = ['outbox', 'outbox_owed', 'inbox', 'timers'] as const;
