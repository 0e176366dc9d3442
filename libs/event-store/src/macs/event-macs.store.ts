import { statement } from '#database';
import type { FormatEnd } from './mac-memory';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

/**
 * The position where format 1 ends, with a MAC over this position. Events of format 1 were stored before MACs were
 * introduced.
 */
export interface StoredFormat extends FormatEnd {
  /** The MAC over this position, in hex; null until a leader has signed it. */
  readonly mac: string | null;
}

const FORMAT = statement(
  'event-format',
  `select through, drawn, encode(mac, 'hex') as mac from ${named.eventFormats} where format = 1`,
);

export const readFirstFormat = async (db: StreamDatabase): Promise<StoredFormat | undefined> =>
  (await db.query<StoredFormat>(FORMAT))[0];

export const signFirstFormat = (db: StreamDatabase, mac: Buffer) => db.query('select sign_event_format($1)', [mac]);

const NEIGHBOURS = statement(
  'event-format-neighbours',
  `select $1::bigint > coalesce((select max(position) from ${named.log}), 0) or exists (
     select from ${named.log} l cross join lateral (select mac from ${named.events} where id = l.event_id limit 1) e
     where l.position > $1::bigint - 1000 and l.position <= $1 and e.mac is not null) as "tooFar"`,
);

/**
 * Whether format 1 cannot end at this position. Either the log is shorter, or one of the 1,000 events up to this
 * position has a MAC.
 */
export const isImpossibleEnd = async (db: StreamDatabase, position: number): Promise<boolean> =>
  (await db.query<{ tooFar: boolean }>(NEIGHBOURS, [position]))[0].tooFar;

const ADMIT = statement(
  'event-admit',
  `insert into ${named.admissions} (event_id, mac) select * from unnest($1::uuid[], $2::bytea[]) on conflict do nothing`,
);

export const storeAdmissions = (db: StreamDatabase, ids: readonly string[], macs: readonly Buffer[]) =>
  db.query(ADMIT, [ids, macs]);

const ADMITTED = statement(
  'events-admitted',
  `select event_id as id, encode(mac, 'hex') as mac from ${named.admissions} where event_id = any($1::uuid[])`,
);

export async function findAdmissions(db: StreamDatabase, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.query<{ id: string; mac: string }>(ADMITTED, [ids]);
  return new Map(rows.map(({ id, mac }) => [id, mac]));
}

const OLDER = statement(
  'older-builds-listed',
  `select exists (
     select from ${named.macExceptions} x join instances i on i.id = any(x.instances)
     where x.closed_at is null and x.until > now() and i.seen_at > now() - interval '2 minutes') as older`,
);

/**
 * Whether an instance of a build that makes no MACs was alive in the last two minutes. Only instances that were alive
 * when MACs were introduced count. A newer row in `instances` does not count, because older builds cannot start any
 * more.
 */
export const isOlderBuildAlive = async (db: StreamDatabase): Promise<boolean> =>
  (await db.query<{ older: boolean }>(OLDER))[0].older;

const LAST_OF_OLDER = statement(
  'older-builds-last-events',
  `select exists (
     select from ${named.macExceptions} where closed_at is null and until > now() and cardinality(instances) > 0)
     and exists (
       select from ${named.pending} p
       cross join lateral (select mac from ${named.events} where id = p.event_id limit 1) e where e.mac is null) as waiting`,
);

/** Whether events of an older build that has stopped still wait for their positions. */
export const doOlderEventsWait = async (db: StreamDatabase): Promise<boolean> =>
  (await db.query<{ waiting: boolean }>(LAST_OF_OLDER))[0].waiting;

const REGISTER = statement(
  'mac-instance',
  `with old as (delete from ${named.macInstances} where seen_at < now() - interval '7 days')
   insert into ${named.macInstances} (instance) values ($1) on conflict (instance) do update set seen_at = now()`,
);

export const registerMacMaker = (db: StreamDatabase, instance: string) => db.query(REGISTER, [instance]);

export const endMacExceptions = (db: StreamDatabase) => db.query('select close_event_log()');
