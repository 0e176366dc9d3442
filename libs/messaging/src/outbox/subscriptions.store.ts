import { statement, type Database } from '#database';
import type { ContextName } from '#platform/config';
import { isOpen, lanesWithMessages } from '../inbox/open-messages';
import { mayContinue } from '../instances/is-living';

export interface Subscription {
  readonly type: string;
  readonly handler: string;
  readonly lane: string;
  /** See `InboxOptions`. */
  readonly senders?: readonly ContextName[];
  /** The condition for the type, see `InboxOptions`. */
  readonly onlyIf?: string | undefined;
}

/**
 * SQL: whether the handler of the subscription wants the message. If its condition cannot be evaluated, the message is
 * delivered.
 */
export const isWanted = (subscription: string, message: string) =>
  `(${subscription}.only_if is null or coalesce(${message}.body @? ${subscription}.only_if, true))`;

/**
 * SQL: whether the context `sender` may send the message to the context `receiver`. A context sends messages that are
 * named after itself, and messages that the handler of the subscription accepts from it. Subscriptions of older builds
 * only say whether other contexts may send at all (`from_others`).
 */
export const maySend = (subscription: string, message: string, sender: string, receiver: string) => {
  const namedAfter = `split_part(${message}.type, '.', 1)`;
  return `coalesce(${message}.meta->>'source', ${sender}) = ${sender} and (${namedAfter} = ${sender} or
       ${namedAfter} = ${receiver} and coalesce(${sender} = any(${subscription}.senders), ${subscription}.from_others))`;
};

// Two builds can have different conditions. Then all messages are delivered, and the handlers ignore some. A process
// that has not ended counts for a day, even if it is paused or cannot reach the database for a time.
const SUBSCRIBE = statement(
  'subscriptions-add-7',
  `with heard as (
     select s.type, s.handler, s.lane, coalesce(s.senders, '{}') as senders,
       case when not exists (
         select from instances i
         cross join lateral jsonb_to_recordset(i.hears) as h(handler text, type text, "onlyIf" text)
         where ${mayContinue('i')} and h.handler = s.handler and h.type = s.type and h."onlyIf" is distinct from s."onlyIf")
       then s."onlyIf"::jsonpath end as only_if
     from jsonb_to_recordset($1::jsonb) as s(type text, handler text, lane text, senders text[], "onlyIf" text)),
   added as (
     insert into subscriptions as known (type, handler, lane, senders, from_others, only_if)
     select type, handler, lane, senders, senders <> '{}', only_if from heard
     on conflict (type, handler) do update set only_if = excluded.only_if,
       lane = case when $2 then excluded.lane else known.lane end,
       senders = case when $2 then excluded.senders else known.senders end,
       from_others = case when $2 then excluded.from_others else known.from_others end
     where $2 and (known.lane, known.senders) is distinct from (excluded.lane, excluded.senders)
       or known.only_if::text is distinct from excluded.only_if::text
     returning xmax = 0 as is_new),
   known as (select max(s.since) as since from subscriptions s join heard h using (type, handler))
   select count(*) filter (where is_new)::int as added,
     case when count(*) filter (where is_new) > 0 then 0
       else extract(epoch from clock_timestamp() - (select since from known)) end::float8 as age from added`,
);

/** The entry for a context without subscriptions. It shows that the context was opened before. */
export const NO_SUBSCRIPTION: Subscription = { type: 'nothing', handler: 'nobody', lane: 'none' };

export interface SubscribeResult {
  readonly added: number;
  /** Seconds since any process added the newest of these subscriptions. */
  readonly age: number;
}

/**
 * Adds new subscriptions. It removes none, because another build perhaps still handles the type. Only the newest build
 * may move a handler to another lane.
 */
export async function subscribe(
  db: Database,
  subscriptions: readonly Subscription[],
  isNewest: boolean,
): Promise<SubscribeResult> {
  const values = [JSON.stringify(subscriptions.length > 0 ? subscriptions : [NO_SUBSCRIPTION]), isNewest];
  return (await db.query<SubscribeResult>(SUBSCRIBE, values))[0];
}

const MOVE = statement(
  'inbox-to-subscribed-lanes',
  `with strayed as materialized (
     select i.seq, s.lane from inbox i join subscriptions s on s.handler = i.handler and s.type = i.type
     where ${isOpen('i')} and i.lane <> s.lane and not exists (
       select from inbox c where c.lane = i.lane and c.key = i.key and ${isOpen('c')} and c.claimed_by <> 0))
   update inbox i set lane = s.lane from strayed s where i.seq = s.seq and i.claimed_by = 0`,
);

/**
 * Moves open messages to the lane of their subscription. A message is in another lane if its handler had another lane
 * when the message came, for example in a newer build that has ended. No process reads that lane any more. The messages
 * of a key are not moved while one of them is claimed.
 */
export const moveToSubscribedLanes = (db: Database) => db.outsideTransaction(() => db.query(MOVE));

const TYPES = statement(
  'subscriptions-types-at',
  `select coalesce(array_agg(distinct type), '{}') as types, count(*) > 0 as opened, statement_timestamp()::text as at
   from subscriptions`,
);

interface ReadTypes {
  readonly types: readonly string[];
  /** False if no process of the context has ever started. */
  readonly opened: boolean;
  /** When the types were read, by the clock of the database. */
  readonly at: string;
}

/** The types that the context subscribed to. */
export const readSubscribedTypes = async (db: Database): Promise<ReadTypes> => (await db.query<ReadTypes>(TYPES))[0];

export interface ListedSubscription extends Subscription {
  readonly since: Date;
  /** The number of the subscription's messages that are neither done nor dead. */
  readonly waiting: number;
}

const waitingSql = `(select count(*)::int from inbox i
  where i.lane = any(${lanesWithMessages}::text[]) and i.handler = s.handler and i.type = s.type and i.state = 'waiting'
    and ${isOpen('i')})`;

export const listSubscriptions = (db: Database): Promise<ListedSubscription[]> =>
  db.query<ListedSubscription>(
    `select s.type, s.handler, s.lane, s.since, ${waitingSql} as waiting from subscriptions s order by s.handler, s.type`,
  );

/** Removes a handler's subscriptions, of one type or of all. Returns the removed types. */
export async function dropSubscriptions(db: Database, handler: string, type: string | null): Promise<string[]> {
  return db.transaction(async () => {
    await db.query(`select set_config('shop.drop_subscriptions', 'on', true)`);
    const rows = await db.query<{ type: string }>(
      `delete from subscriptions where handler = $1 and ($2::text is null or type = $2) returning type`,
      [handler, type],
    );
    return rows.map((row) => row.type).sort();
  });
}
