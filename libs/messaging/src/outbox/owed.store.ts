import type { ContextName } from '#platform/config';
import { statement, type Database } from '#database';
import type { OutboxRow } from './outbox.store';
import { asyncCommit } from '../inbox/async-commit';

/** SQL: the receivers with owed messages. It needs one index look-up per receiver, even if there are many messages. */
const receiversSql = `with recursive r(receiver) as (
    (select receiver from outbox_owed order by receiver limit 1)
    union all
    select (select o.receiver from outbox_owed o where o.receiver > r.receiver order by o.receiver limit 1)
    from r where r.receiver is not null)`;

const OWED_RECEIVERS = statement(
  'outbox-owed-receivers',
  `${receiversSql} select receiver from r where receiver is not null`,
);

export const readOwedReceivers = async (db: Database): Promise<ContextName[]> =>
  (await db.query<{ receiver: ContextName }>(OWED_RECEIVERS)).map(({ receiver }) => receiver);

/** An owed message. If it is no longer in the outbox, only its number is known. */
export type OwedRow = OutboxRow | { readonly seq: number; readonly id: null };

const OWED = statement(
  'outbox-owed',
  `select w.seq, o.id, o.type, o.key, o.body, o.meta
   from (select seq from outbox_owed where receiver = $1 order by seq limit $2) w
   left join outbox o using (seq) order by w.seq`,
);

/** The oldest messages that are owed to the receiver, in the order of sending. */
export const readOwed = (db: Database, receiver: ContextName, limit: number): Promise<OwedRow[]> =>
  db.query<OwedRow>(OWED, [receiver, limit]);

const SETTLED = statement(
  'outbox-owed-settled',
  `with ${asyncCommit}, fence as materialized (select token from outbox_fence where token = $3 for key share),
   gone as (
     delete from outbox_owed using quick, fence where receiver = $1 and seq = any($2::bigint[])),
   -- sent_at is the time when the last receiver got the message: redeliveries choose messages by it
   got as (
     update outbox set sent_at = now() from quick, fence where seq = any($2::bigint[]))
   select exists (select from fence) as stands`,
);

/**
 * Call this when the receiver has the messages. If the fence is lost (see `takeFence`), it changes nothing and returns
 * false.
 */
export const deleteOwed = async (db: Database, receiver: ContextName, seqs: readonly number[], token: string) =>
  (await db.query<{ stands: boolean }>(SETTLED, [receiver, seqs, token]))[0].stands;

export interface OwedFigures {
  readonly receiver: ContextName;
  readonly count: number;
  /** The age of the oldest message, in seconds. */
  readonly age: number;
}

const FIGURES = statement(
  'outbox-owed-figures',
  `${receiversSql}
   select receiver, (select count(*)::int from outbox_owed o where o.receiver = r.receiver) as count,
     coalesce((
       select extract(epoch from now() - (m.meta->>'occurredAt')::timestamptz)::float8
       from outbox_owed o join outbox m using (seq) where o.receiver = r.receiver order by o.seq limit 1), 0) as age
   from r where receiver is not null`,
);

export const readOwedFigures = (db: Database): Promise<OwedFigures[]> => db.query<OwedFigures>(FIGURES);

const PRUNE = statement(
  'outbox-prune',
  `with old as materialized (
     select seq, sent_at from outbox o
     where sent_at >= $2::timestamptz and sent_at < now() - interval '7 days'
       and not exists (select from outbox_owed w where w.receiver = any($3::text[]) and w.seq = o.seq)
     order by sent_at limit $1),
   gone as (delete from outbox o using old where o.seq = old.seq)
   select count(*)::int as count, max(sent_at)::text as last from old`,
);

/**
 * Removes messages that were sent more than 7 days ago and that are owed to no receiver. Returns their number, and when
 * the last one was sent. The next call starts there. An open transaction can keep the dead rows of removed messages,
 * and a search from the beginning would read all of these rows again.
 */
export async function pruneOutbox(db: Database, batch: number, from: string): Promise<{ count: number; last: string }> {
  const owed = await readOwedReceivers(db);
  const [{ count, last }] = await db.query<{ count: number; last: string | null }>(PRUNE, [batch, from, owed]);
  return { count, last: last ?? from };
}
