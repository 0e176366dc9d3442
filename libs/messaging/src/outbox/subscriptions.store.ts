import { statement, type Database } from '#database';
import { isOpen } from '../inbox/open-messages';

export interface Subscription {
  readonly type: string;
  readonly handler: string;
  readonly lane: string;
  /** See `InboxOptions`. */
  readonly fromOthers?: boolean;
}

const SUBSCRIBE = statement(
  'subscriptions-add-4',
  `with heard as (
     select * from jsonb_to_recordset($1::jsonb) as s(type text, handler text, lane text, "fromOthers" boolean)),
   added as (
     insert into subscriptions (type, handler, lane, from_others)
     select type, handler, lane, coalesce("fromOthers", false) from heard
     on conflict (type, handler) do update set lane = excluded.lane, from_others = excluded.from_others
     where $2 and (subscriptions.lane, subscriptions.from_others) <> (excluded.lane, excluded.from_others)
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
 * Adds new subscriptions. It removes none, because another build may still handle the type. Only the newest build may
 * move a handler to another lane.
 */
export async function subscribe(
  db: Database,
  subscriptions: readonly Subscription[],
  isNewest = true,
): Promise<SubscribeResult> {
  const values = [JSON.stringify(subscriptions.length > 0 ? subscriptions : [NO_SUBSCRIPTION]), isNewest];
  return (await db.query<SubscribeResult>(SUBSCRIBE, values))[0];
}

const TYPES = statement(
  'subscriptions-types',
  `select coalesce(array_agg(distinct type), '{}') as types, count(*) > 0 as opened from subscriptions`,
);

/** The types that the context subscribed to. `opened` is false if no process of the context has ever started. */
export const readSubscribedTypes = async (db: Database): Promise<{ types: string[]; opened: boolean }> =>
  (await db.query<{ types: string[]; opened: boolean }>(TYPES))[0];

export interface ListedSubscription extends Subscription {
  readonly since: Date;
  /** The number of the subscription's messages that are neither done nor dead. */
  readonly waiting: number;
}

const waitingSql = `(select count(*)::int from inbox i
  where i.lane = s.lane and i.handler = s.handler and i.type = s.type and i.state = 'waiting' and ${isOpen('i')})`;

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
