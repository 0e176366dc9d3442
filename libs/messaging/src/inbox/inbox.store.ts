import { statement, type Database } from '#database';
import { HANDED, sendingStatement, sentSql } from '../hand-over/hand-over.store';
import { asyncCommit } from './async-commit';
import type { ContextName } from '#platform/config';
import { isWanted, maySend } from '../outbox/subscriptions.store';
import { isOpen } from './open-messages';
import type { Envelope } from '../messages/envelope';
import type { Claim } from './unit-of-work';

/**
 * SQL: `parked` is true if a held message of the same lane and key exists. A new message must then be parked until the
 * held message is done. `offset 0` keeps one index look-up per message. Without it, Postgres would hash the whole
 * inbox.
 */
export const parkedBehind = (lane: string, key: string) => `
   cross join lateral (
     select exists (
       select from inbox b where b.lane = ${lane} and b.key = ${key} and b.held and ${isOpen('b')} offset 0) as parked offset 0) as behind`;

export const PARKED_COLUMNS = `behind.parked, case when behind.parked then 'infinity'::timestamptz else now() end`;

/** SQL: inserts one row for each handler of each message. Returns the types that the sender may not send. */
const receiveSql = (cte: string, from: string) => `with ${cte} given as materialized (
     select m.id, s.handler, s.lane, m.key, m.type, m.body, m.meta, m.place, ${maySend('s', 'm', '$2::text', '$3::text')} as is_allowed
     from ${from} rows from (jsonb_to_recordset($1::jsonb) as (id uuid, type text, key text, body jsonb, meta jsonb))
       with ordinality as m(id, type, key, body, meta, place)
     join subscriptions s on s.type = m.type and ${isWanted('s', 'm')}),
   arrived as (
     insert into inbox (message_id, handler, lane, key, type, body, meta, held, next_at)
     select g.id, g.handler, g.lane, g.key, g.type, g.body, g.meta, ${PARKED_COLUMNS}
     from given g ${parkedBehind('g.lane', 'g.key')}
     where g.is_allowed order by g.place
     on conflict (message_id, handler) do nothing)
   select distinct type from given where not is_allowed`;

const RECEIVE = statement('inbox-receive-allowed', receiveSql('', ''));
const RECEIVE_QUICKLY = statement('inbox-receive-allowed-quickly', receiveSql(`${asyncCommit},`, 'quick cross join'));

export interface Route {
  readonly from: ContextName;
  readonly receiver: ContextName;
  readonly sameServer: boolean;
}

/**
 * Stores messages in the inbox. If the sender is on the same server, the commit does not wait for the disk: a crash
 * that loses the delivery also loses the update that marks the message as sent. Messages that the sender may not send
 * are left out. Returns the types of these messages.
 */
export async function storeReceived(
  db: Database,
  messages: readonly Envelope[],
  { from, receiver, sameServer }: Route,
): Promise<string[]> {
  const values = [JSON.stringify(messages), from, receiver];
  const refused = await db.query<{ type: string }>(sameServer ? RECEIVE_QUICKLY : RECEIVE, values);
  return refused.map(({ type }) => type);
}

/**
 * SQL that marks the message as done. It returns no row if the message is done already, or if the claim was lost.
 */
export const markDoneSql = (seq: string, messageId: string, claimedBy: string) => `
  update inbox set state = 'done', done_at = now(), claimed_by = 0, error = null
  where seq = ${seq} and message_id = ${messageId} and claimed_by = ${claimedBy} and state = 'waiting' returning seq`;

export const setTimersSql = (parameter: string, gate = 'true') => `
  insert into timers (name, key, due_at, id, type, body, meta)
  select t.name, t.key, now() + make_interval(secs => t."afterSeconds"), (t.envelope->>'id')::uuid, t.envelope->>'type', t.envelope->'body', t.envelope->'meta'
  from jsonb_to_recordset(${parameter}::jsonb) as t(name text, key text, "afterSeconds" float8, envelope jsonb)
  where ${gate}
  on conflict (name, key) do update set due_at = excluded.due_at, id = excluded.id,
    type = excluded.type, body = excluded.body, meta = excluded.meta`;

export const cancelTimersSql = (parameter: string, gate = 'true') => `
  delete from timers using jsonb_to_recordset(${parameter}::jsonb) as t(name text, key text)
  where timers.name = t.name and timers.key = t.key and ${gate}`;

const IS_DONE = 'exists (select from done)';

const DONE_QUICKLY = statement(
  'inbox-done-quickly-3',
  `with ${asyncCommit}, given as materialized (
     select * from unnest((select $1::bigint[]), (select $2::uuid[]), (select $3::int[])) as c(seq, message_id, claimed_by)
     where seq > 0 and claimed_by >= 0 order by seq),
   mine as materialized (
     select i.seq from given c cross join lateral (
       select i.seq from inbox i
       where i.seq = c.seq and i.message_id = c.message_id and i.claimed_by = c.claimed_by and i.state || '' = 'waiting'
       offset 0 for update of i) i)
   update inbox i set state = 'done', done_at = now(), claimed_by = 0, error = null
   from mine, quick where i.seq = mine.seq returning i.seq`,
);

/**
 * Marks messages as done if their handlers wrote nothing. If a crash loses this update, the messages are handled again,
 * which does no harm.
 */
export async function markDone(db: Database, claims: readonly Claim[]): Promise<boolean[]> {
  const column = <T>(field: (claim: Claim) => T) => claims.map(field);
  const values = [column(({ seq }) => seq), column(({ messageId }) => messageId), column(({ claimedBy }) => claimedBy)];
  const done = new Set(
    (await db.outsideTransaction(() => db.query<{ seq: number }>(DONE_QUICKLY, values))).map(({ seq }) => seq),
  );
  return claims.map(({ seq }) => done.has(seq));
}

export const DONE = statement('inbox-done', markDoneSql('$1', '$2', '$3'));

export const DONE_AND_SENT = sendingStatement(
  'inbox-done-sent',
  (way) => `with done as (${markDoneSql('$1', '$2', '$3')}), ${sentSql(way, '$4', IS_DONE)}
   select seq, ${HANDED} from done`,
);

export const DONE_SENT_AND_TIMED = sendingStatement(
  'inbox-done-sent-timed',
  (way) => `with done as (${markDoneSql('$1', '$2', '$3')}),
   ${sentSql(way, '$4', IS_DONE)},
   timed as (${setTimersSql('$5', IS_DONE)}),
   cancelled as (${cancelTimersSql('$6', IS_DONE)})
   select seq, ${HANDED} from done`,
);
