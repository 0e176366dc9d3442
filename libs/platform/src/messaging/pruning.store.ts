import type { Database } from '#platform/database';

/** Sent messages, after 7 days. */
export const pruneOutbox = async (db: Database, batch: number): Promise<number> =>
  (
    await db.execute(
      `delete from outbox where seq in (
         select seq from outbox where sent_at < now() - interval '7 days' order by sent_at limit $1)`,
      [batch],
    )
  ).count;

/** What was in the handled ones, after 7 days; their ids stay, to recognise a message that comes again. */
export const pruneInbox = async (db: Database, batch: number): Promise<number> =>
  (
    await db.execute(
      `update inbox set body = '{}', meta = '{}', emptied = true where seq in (
         select seq from inbox where state = 'done' and not emptied and done_at < now() - interval '7 days'
         order by done_at limit $1)`,
      [batch],
    )
  ).count;

/** The ids too, after 30 days. */
export const forgetIds = async (db: Database, batch: number): Promise<number> =>
  (
    await db.execute(
      `delete from inbox where seq in (
         select seq from inbox where state = 'done' and done_at < now() - interval '30 days' order by done_at limit $1)`,
      [batch],
    )
  ).count;

/** Servers exist with autovacuum off. Where the role may not, Postgres says so and skips the table. */
export const vacuum = (db: Database) => db.query('vacuum (analyze, skip_locked) outbox, inbox, timers');
