import { statement } from '#database';
import { ORIGIN, type StoredEvent } from '../seals/chain';
import { macColumn, type WithMac } from '../macs/mac-check';
import { canonicalColumns, joinEvent } from '../streams/stored';
import type { NextRead } from './watermark';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

export interface PendingEvent extends StoredEvent, WithMac {
  readonly seq: number;
}

/** The end of the log: the last position and its hash. */
export interface LogEnd {
  readonly position: number;
  readonly hash: string;
}

export interface Batch {
  readonly events: readonly PendingEvent[];
  /** The last position in the log when the batch was read; 0 in an empty log. */
  readonly last: number;
  /** No transaction with a smaller id was open when the batch was read. */
  readonly xmin: bigint;
  /** Whether the batch contains all pending events above the watermark. */
  readonly isComplete: boolean;
}

export interface NumberedRow {
  readonly position: number;
  readonly hash: string;
  readonly id: string;
  readonly seq: number;
}

export const MOST_READ = 1_000;

function lastInLog(column: string): string {
  return `(select ${column} from ${named.log} order by position desc limit 1)`;
}

const PENDING = statement(
  'log-pending-marked',
  `select pg_snapshot_xmin(pg_current_snapshot())::text as xmin, ${lastInLog('position')} as last, w.*
   from (values (true)) as always left join lateral (
     select p.seq, ${canonicalColumns}, ${macColumn}
     from (
       (select seq, event_id from ${named.pending} where seq = any($2::bigint[]))
       union all
       (select seq, event_id from ${named.pending} where seq > $1 order by seq limit ${MOST_READ})
     ) p ${joinEvent('p.event_id')}
   ) w on true order by w.seq`,
);

/**
 * Committed events that wait for a position, in the order of their numbers in the queue. The events of a stream are in
 * version order, except events that were queued again: see `sortByVersion`.
 */
export async function readPending(db: StreamDatabase, { above, missing }: NextRead): Promise<Batch> {
  const rows = await db.query<PendingEvent & { xmin: string; last: number | null }>(PENDING, [above, missing]);
  const events = rows.filter(({ seq }) => seq !== null);
  const fresh = events.filter(({ seq }) => seq > above).length;
  return { events, last: rows[0].last ?? 0, xmin: BigInt(rows[0].xmin), isComplete: fresh < MOST_READ };
}

const NUMBER = statement(
  'log-number-events',
  `select number_events($1::uuid[], $2::text[], $3::bigint[], $4::bigint, $5::text, '${ORIGIN}')::text as xid`,
);

/** The log does not end at the position in memory, so the sequencer must read the end of the log again. */
export class LogMoved extends Error {
  constructor(expected: number) {
    super(`the log does not end at position ${expected} any more`);
    this.name = 'LogMoved';
  }
}

/**
 * Gives these events the positions after `end`. It calls `number_events`, the only database function that can write the
 * log. Returns the id of the transaction. The keys of the table refuse a position that is taken, and an event that
 * already has a position. So two sequencers cannot both write. If the log does not end at `end`, nothing is written and
 * `LogMoved` is thrown. One cause is a crash of Postgres that removed positions which were read before.
 */
export async function numberEvents(db: StreamDatabase, end: LogEnd, rows: readonly NumberedRow[]): Promise<bigint> {
  const [row] = await db.query<{ xid: string | null }>(NUMBER, [
    rows.map(({ id }) => id),
    rows.map(({ hash }) => hash),
    rows.map(({ seq }) => seq),
    end.position,
    end.hash,
  ]);
  if (row.xid === null) throw new LogMoved(end.position);
  return BigInt(row.xid);
}

const LAST = statement(
  'log-last',
  `select position, encode(hash, 'hex') as hash from ${named.log} order by position desc limit 1`,
);

export const readLogEnd = async (db: StreamDatabase): Promise<LogEnd | undefined> => (await db.query<LogEnd>(LAST))[0];
