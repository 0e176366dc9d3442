import { statement } from '#database';
import { VOIDING, type Uuid } from '#kernel';
import { macColumn } from '../macs/mac-check';
import type { PendingEvent } from './pending';
import { canonicalColumns, joinEvent, leftJoinLog } from '../streams/stored';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

/** A committed event that got no position, because this event or an earlier event of its stream cannot be numbered. */
export interface Unnumbered {
  readonly eventId: Uuid;
  readonly orderId: Uuid;
  readonly version: number;
  readonly type: string;
  /** Why the event cannot be numbered; null if the event only waits for an earlier event of its stream. */
  readonly error: string | null;
  readonly since: Date;
}

/**
 * SQL, for an unnumbered event `u`: whether an operator has declared it void. The event that declares it void does not
 * count if it was itself put aside because of an error. Later events of the stream do not wait for a void event.
 */
export const voidCondition = `(u.error is not null and exists (
  select from ${named.events} v where v.${named.stream} = u.${named.stream} and v.event_type = '${VOIDING}'
    and v.event_data->'version' = to_jsonb(u.version)
    and not exists (select from ${named.unnumbered} n where n.event_id = v.id and n.error is not null)))`;

const DELETE_STALE = statement(
  'pending-settle',
  `delete from ${named.pending} p
   where exists (select from ${named.log} l where l.event_id = p.event_id)
      or not exists (select from ${named.events} e where e.id = p.event_id)`,
);

/** Deletes pending rows whose event has a position already or does not exist. Returns the number of rows. */
export const deleteStalePending = async (db: StreamDatabase): Promise<number> =>
  (await db.execute(DELETE_STALE, [])).count;

const WAITING = statement('pending-waiting', `select seq from ${named.pending} where seq > $1 order by seq limit 1000`);

export const readPendingSeqs = async (db: StreamDatabase, above: number): Promise<number[]> =>
  (await db.query<{ seq: number }>(WAITING, [above])).map(({ seq }) => seq);

const ONE = statement(
  'pending-one-marked',
  `select p.seq, ${canonicalColumns}, ${macColumn} from ${named.pending} p ${joinEvent('p.event_id')}
   where p.seq = $1 and not exists (select from ${named.log} l where l.event_id = p.event_id)`,
);

/**
 * Returns undefined if the row is missing, or if its event has a position already. Rejects if a column of the event
 * cannot be converted to text.
 */
export const readPendingEvent = async (db: StreamDatabase, seq: number): Promise<PendingEvent | undefined> =>
  (await db.query<PendingEvent>(ONE, [seq]))[0];

const PUT_ASIDE = statement(
  'pending-put-aside',
  `with gone as (delete from ${named.pending} where seq = any($1::bigint[]) returning event_id),
   kept as (
     insert into ${named.unnumbered} (event_id, ${named.stream}, version, error)
     select e.id, e.${named.stream}, e.version, $2::text from gone join ${named.events} e on e.id = gone.event_id
     on conflict (event_id) do update set error = excluded.error
     returning event_id as "eventId", ${named.stream} as "orderId", version)
   select pg_current_xact_id()::text as xid, kept.* from (values (true)) as always left join kept on true`,
);

export interface PutAside {
  readonly xid: bigint;
  readonly events: readonly Pick<Unnumbered, 'eventId' | 'orderId' | 'version'>[];
}

/** Moves pending rows out of the queue, so that they do not block the other events. */
export async function putAside(db: StreamDatabase, seqs: readonly number[], error: string | null): Promise<PutAside> {
  const rows = await db.query<{ xid: string; eventId: Uuid | null; orderId: Uuid; version: number }>(PUT_ASIDE, [
    seqs,
    error,
  ]);
  const events = rows.filter(({ eventId }) => eventId !== null) as ((typeof rows)[number] & { eventId: Uuid })[];
  return {
    xid: BigInt(rows[0].xid),
    events: events.map(({ eventId, orderId, version }) => ({ eventId, orderId, version })),
  };
}

const STREAMS = statement(
  'unnumbered-streams',
  `select distinct ${named.stream} as id from ${named.unnumbered} u
   where error is not null and not ${voidCondition} and ($1::uuid is null or ${named.stream} = $1)`,
);

/**
 * The streams with an event that cannot be numbered and is not void. The later events of these streams have to wait.
 */
export const findStreamsAside = async (db: StreamDatabase, orderId: Uuid | null = null): Promise<Set<Uuid>> =>
  new Set((await db.query<{ id: Uuid }>(STREAMS, [orderId])).map(({ id }) => id));

const VOID_BY_NUMBERED = statement(
  'void-by-numbered',
  `select exists (
     select from ${named.events} v ${leftJoinLog('v.id')}
     where v.${named.stream} = $1 and v.event_type = '${VOIDING}' and v.event_data->'version' = to_jsonb($2::int)
       and l.position is not null) as void`,
);

/**
 * Whether an event with a position declares this event void. An event without a position does not count, because
 * perhaps the shop did not append it.
 */
export const isVoidByNumbered = async (db: StreamDatabase, orderId: Uuid, version: number): Promise<boolean> =>
  (await db.query<{ void: boolean }>(VOID_BY_NUMBERED, [orderId, version]))[0].void;

const REQUEUE = statement(
  'unnumbered-take-up',
  `with back as (
     delete from ${named.unnumbered} u where ($1::uuid is null or ${named.stream} = $1) and not ${voidCondition}
     returning event_id, ${named.stream}, version)
   insert into ${named.pending} (event_id) select event_id from back order by ${named.stream}, version returning event_id`,
);

/** Queues events again that were put aside: the events of one stream, or of all streams. Returns their number. */
export const requeueAside = async (db: StreamDatabase, orderId: Uuid | null = null): Promise<number> =>
  (await db.query(REQUEUE, [orderId])).length;

const FOR_MAC = statement(
  'unnumbered-for-mac',
  `select ${canonicalColumns}, ${macColumn} from ${named.unnumbered} u ${joinEvent('u.event_id')}
   where starts_with(u.error, $1) and e.mac is not null and u.${named.stream} > $2 and not ${voidCondition}
   order by u.${named.stream}, u.version limit 1000`,
);

/**
 * A page of unnumbered events that have a MAC and whose error begins with `error`, of streams with ids after `after`.
 */
export const listAsideForMac = (
  db: StreamDatabase,
  error: string,
  after: Uuid,
): Promise<(Omit<PendingEvent, 'seq'> & { readonly streamId: Uuid })[]> => db.query(FOR_MAC, [error, after]);

const LIST = statement(
  'unnumbered-list',
  `select u.event_id as "eventId", u.${named.stream} as "orderId", u.version, e.event_type as type, u.error, u.at as since
   from ${named.unnumbered} u join ${named.events} e on e.id = u.event_id
   where ($1::uuid is null or u.${named.stream} = $1) and not ${voidCondition} order by u.${named.stream}, u.version limit $2`,
);

export const listUnnumbered = (db: StreamDatabase, orderId: Uuid | null, limit: number): Promise<Unnumbered[]> =>
  db.query<Unnumbered>(LIST, [orderId, limit]);

const COUNT = statement(
  'unnumbered-count',
  `select count(*)::int as count from ${named.unnumbered} u where not ${voidCondition}`,
);

export const countUnnumbered = async (db: StreamDatabase): Promise<number> =>
  (await db.query<{ count: number }>(COUNT, []))[0].count;

const OLDEST_PENDING = statement('pending-oldest', `select min(seq) as seq from ${named.pending}`);

/** The number of the oldest event in the queue; null if the queue is empty. */
export const readOldestPending = async (db: StreamDatabase): Promise<number | null> =>
  (await db.query<{ seq: number | null }>(OLDEST_PENDING, []))[0].seq;

const BEHIND = statement(
  'log-behind',
  `select (select count(*) from ${named.pending})::int as waiting,
     (select case when isfinite(e."timestamp") then extract(epoch from clock_timestamp() - e."timestamp")::float8 end
      from ${named.pending} p ${joinEvent('p.event_id')} order by p.seq limit 1) as age`,
);

/** How many committed events wait for a position, and the age of the oldest of them in seconds. */
export async function measureQueue(db: StreamDatabase): Promise<{ waiting: number; seconds: number }> {
  const [{ waiting, age }] = await db.query<{ waiting: number; age: number | null }>(BEHIND, []);
  return { waiting, seconds: Math.max(age ?? 0, 0) };
}
