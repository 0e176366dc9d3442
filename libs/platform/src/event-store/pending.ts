import { statement, type Database } from '#platform/database';
import type { StoredEvent } from './chain';
import { canonicalColumns, joinEvent } from './stored';
import type { Wanted } from './watermark';

export interface PendingEvent extends StoredEvent {
  readonly seq: number;
}

export interface Batch {
  readonly events: readonly PendingEvent[];
  /** No transaction older than this one was open when the batch was read. */
  readonly xmin: bigint;
  readonly whole: boolean;
}

export interface Numbered {
  readonly position: number;
  readonly hash: string;
  readonly id: string;
  readonly seq: number;
}

const LIMIT = 1_000;

const PENDING = statement(
  'log-pending',
  `select pg_snapshot_xmin(pg_current_snapshot())::text as xmin, w.*
   from (values (true)) as always left join lateral (
     select p.seq, ${canonicalColumns}
     from (
       (select seq, event_id from order_pending where seq = any($2::bigint[]))
       union all
       (select seq, event_id from order_pending where seq > $1 order by seq limit ${LIMIT})
     ) p ${joinEvent('p.event_id')}
   ) w on true order by w.seq`,
);

/** Committed events that wait for a position, in the order their numbers were drawn; a stream's are in version order. */
export async function readPending(db: Database, { above, missing }: Wanted): Promise<Batch> {
  const rows = await db.query<PendingEvent & { xmin: string }>(PENDING, [above, missing]);
  const events = rows.filter(({ seq }) => seq !== null);
  const fresh = events.filter(({ seq }) => seq > above).length;
  return { events, xmin: BigInt(rows[0].xmin), whole: fresh < LIMIT };
}

const NUMBER = statement(
  'log-number',
  `with numbered as (
     insert into order_log (position, event_id, hash)
     select position, event_id, decode(hash, 'hex')
     from unnest($1::bigint[], $2::uuid[], $3::text[]) as n(position, event_id, hash)),
   done as (delete from order_pending where seq = any($4::bigint[]))
   select pg_current_xact_id()::text as xid`,
);

/**
 * Gives positions out, in one statement; the transaction's id comes back. A second sequencer would give out the same
 * positions, or the same events a second one: both are refused by the table's keys, and nothing is written.
 */
export async function number(db: Database, rows: readonly Numbered[]): Promise<bigint> {
  const [row] = await db.query<{ xid: string }>(NUMBER, [
    rows.map(({ position }) => position),
    rows.map(({ id }) => id),
    rows.map(({ hash }) => hash),
    rows.map(({ seq }) => seq),
  ]);
  return BigInt(row.xid);
}

const LAST = statement(
  'log-last',
  `select position, encode(hash, 'hex') as hash from order_log order by position desc limit 1`,
);

export const lastNumbered = async (db: Database): Promise<{ position: number; hash: string } | undefined> =>
  (await db.query<{ position: number; hash: string }>(LAST))[0];
