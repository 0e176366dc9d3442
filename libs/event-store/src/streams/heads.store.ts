import type { Uuid } from '#kernel';
import { statement } from '#database';
import type { StreamDatabase } from './stream-database';
import { named } from './table-names';

/** The stored version of a stream's head, and the version of its last event. */
export interface Head {
  readonly orderId: Uuid;
  readonly head: number;
  readonly last: number;
}

const lastEvent = (stream: string): string =>
  `(select e.version from ${named.events} e where e.${named.stream} = ${stream} order by e.version desc limit 1)`;

const LOCK_HEAD = statement(
  'head-hold',
  `select version as head from ${named.heads} where ${named.stream} = $1 for update`,
);
const LAST_EVENT = statement('head-last-event', `select ${lastEvent('$1::uuid')} as last`);
const SET_HEAD = statement(
  'head-put',
  `insert into ${named.heads} (${named.stream}, version) values ($1, $2)
   on conflict (${named.stream}) do update set version = excluded.version`,
);

/**
 * Locks a stream's head, and sets it to the version of the last event if it is different. Returns the former head, or
 * undefined if the head was correct or there is no such stream. Call it in a transaction: appends to the stream wait
 * until the transaction ends.
 */
export async function repairHead(db: StreamDatabase, orderId: Uuid): Promise<Head | undefined> {
  const [locked] = await db.query<{ head: number }>(LOCK_HEAD, [orderId]);
  // This is a separate statement, so that it sees events that were appended while the first statement waited for the
  // lock.
  const [{ last }] = await db.query<{ last: number | null }>(LAST_EVENT, [orderId]);
  if (last === null || locked?.head === last) return undefined;
  await db.query(SET_HEAD, [orderId, last]);
  return { orderId, head: locked?.head ?? 0, last };
}

const headsWithLastEvent = (streams: string): string =>
  `select h.${named.stream} as "orderId", h.version as head, coalesce(${lastEvent(`h.${named.stream}`)}, 0) as last from ${streams} h`;

const PAGE = statement(
  'heads-page',
  headsWithLastEvent(
    `(select ${named.stream}, version from ${named.heads} where ${named.stream} > $1 order by ${named.stream} limit $2)`,
  ),
);

/** A page of heads after a stream, ordered by stream id. */
export const readHeadsAfter = (db: StreamDatabase, after: Uuid, limit: number): Promise<Head[]> =>
  db.query<Head>(PAGE, [after, limit]);

const OF_STREAMS = statement(
  'heads-some',
  headsWithLastEvent(`(select ${named.stream}, version from ${named.heads} where ${named.stream} = any($1))`),
);

export const readHeads = (db: StreamDatabase, streams: readonly Uuid[]): Promise<Head[]> =>
  db.query<Head>(OF_STREAMS, [streams]);
