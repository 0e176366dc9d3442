import { statement, type Database } from '#database';
import { isWanted } from '../outbox/subscriptions.store';
import type { Envelope } from '../messages/envelope';
import { PARKED_COLUMNS, parkedBehind } from '../inbox/inbox.store';
import type { OutboxRow } from '../outbox/outbox.store';

/** The start of a range: a time, a number of seconds ago (by the clock of the queried database), or all messages. */
export type Since = { readonly at: Date } | { readonly seconds: number } | 'start';

/** SQL: the start of the range as a time. Parameter $1 must be made by `sinceValue`. */
export const sinceSql = `case when $1 = 'start' then timestamptz '-infinity'
  when $1 ~ '^[0-9]+$' then now() - $1::float8 * interval '1 second' else $1::timestamptz end`;

export const sinceValue = (since: Since): string =>
  since === 'start' ? 'start' : 'at' in since ? since.at.toISOString() : String(since.seconds);

/** Sorted by number, not by time, because many messages can be sent at the same moment, and a page could skip some. */
const SENT = statement(
  'outbox-sent-since',
  `select seq, id, type, key, body, meta from outbox
   where sent_at >= (${sinceSql}) and seq > $2 and type = any($3::text[]) order by seq limit $4`,
);

/**
 * Messages of these types that were sent since the start of the range, in the order of sending. Unsent messages are not
 * included, because the relay will deliver them.
 */
export const readSentSince = (
  db: Database,
  since: Since,
  after: number,
  types: readonly string[],
  limit: number,
): Promise<OutboxRow[]> => db.query<OutboxRow>(SENT, [sinceValue(since), after, types, limit]);

const TYPES = statement(
  'subscriptions-types-of',
  'select distinct type from subscriptions where $1::text is null or handler = $1 order by type',
);

/** The types that one handler of the context subscribed to, or all its handlers if `handler` is null. */
export const readSubscribedTypesOf = async (db: Database, handler: string | null): Promise<string[]> =>
  (await db.query<{ type: string }>(TYPES, [handler])).map(({ type }) => type);

const missingSql = `
  from rows from (jsonb_to_recordset($1::jsonb) as (id uuid, type text, key text, body jsonb, meta jsonb))
    with ordinality as m(id, type, key, body, meta, place)
  join subscriptions s on s.type = m.type and ($2::text is null or s.handler = $2) and ${isWanted('s', 'm')}
  where not exists (select from inbox i where i.message_id = m.id and i.handler = s.handler)`;

const COUNT_MISSING = statement('inbox-count-missing', `select count(*)::int as count ${missingSql}`);

const PUT = statement(
  'inbox-put-missing',
  `with kept as (
     insert into inbox (message_id, handler, lane, key, type, body, meta, held, next_at)
     select n.*, ${PARKED_COLUMNS} from (
       select m.id, s.handler, s.lane, m.key, m.type, m.body, m.meta ${missingSql} order by m.place) n
     ${parkedBehind('n.lane', 'n.key')}
     on conflict (message_id, handler) do nothing returning 1)
   select count(*)::int as count from kept`,
);

/** Counts the messages that the context's inbox, or one handler in it, does not have. With `put`, it adds them. */
export async function countOrAddMissing(
  db: Database,
  messages: readonly Envelope[],
  handler: string | null,
  put: boolean,
): Promise<number> {
  const rows = await db.query<{ count: number }>(put ? PUT : COUNT_MISSING, [JSON.stringify(messages), handler]);
  return rows[0].count;
}
