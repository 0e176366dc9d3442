import { statement, type Database } from '#database';
import { lastDrawnSql } from '../outbox/horizon';
import { isFreshInLane, lanesWithMessages, orderOfLane } from './open-messages';

/** A lane and its mark. No open fresh message of the lane has a number at or below `mark`. */
export interface LaneMark {
  readonly lane: string;
  readonly mark: number;
}

const claimedSql = (columns: string, limit: string) => `
  select ${columns} from (select * from unnest($1::text[], $2::bigint[])) as l(lane, mark)
  cross join lateral (
    (select i.seq, i.claimed_by from inbox i
     where ${isFreshInLane('i', 'l.lane', 'l.mark')} ${orderOfLane('i')} ${limit})
    union all
    (select i.seq, i.claimed_by from inbox i
     where i.state = 'waiting' and i.held and i.lane = l.lane and i.next_at <= now() and i.next_at > to_timestamp($3)
     order by i.next_at ${limit})) o
  where o.claimed_by > 0`;

/** The quick read covers the front of a lane only, where claims usually are. The full read covers the whole lane. */
const FRONT = 'limit 512';

const ALL_CLAIMANTS = statement(
  'inbox-all-claimants-2',
  `select array(${claimedSql('distinct o.claimed_by', '')}) as claimants`,
);

/** The instances that have claims anywhere in these lanes. */
export async function readAllClaimants(db: Database, lanes: readonly LaneMark[], dueAfter: number): Promise<number[]> {
  const values = [lanes.map(({ lane }) => lane), lanes.map(({ mark }) => mark), dueAfter];
  return (await db.query<{ claimants: number[] }>(ALL_CLAIMANTS, values))[0].claimants;
}

const OTHER_LANES = statement(
  'inbox-other-lanes',
  `select lane from unnest(${lanesWithMessages}) as lane where lane <> all($1::text[])`,
);

/** The lanes that have open messages, but are not in the list. The marks of these lanes are not known. */
export async function readOtherLanes(db: Database, lanes: readonly string[]): Promise<LaneMark[]> {
  return (await db.query<{ lane: string }>(OTHER_LANES, [lanes])).map(({ lane }) => ({ lane, mark: 0 }));
}

const FREE = statement(
  'inbox-free-3',
  `with stale as materialized (
     ${claimedSql('o.seq', '')} and (o.claimed_by = any($4::int[]) or o.claimed_by = $5 and o.seq <> all($6::bigint[])))
   update inbox i set claimed_by = 0, claimed_at = null from stale s
   where i.seq = s.seq and i.state = 'waiting' and (i.claimed_by = any($4::int[]) or i.claimed_by = $5) returning i.seq`,
);

/**
 * Frees the claims of dead instances. It also frees the claims of this instance that are not in `inWork`. Such a claim
 * remains if the answer of the claiming statement was lost, or if a later statement could not release the claim.
 */
export async function freeStaleClaims(
  db: Database,
  lanes: readonly LaneMark[],
  dueAfter: number,
  dead: readonly number[],
  instance: number,
  inWork: readonly number[],
): Promise<number> {
  const marks = [lanes.map(({ lane }) => lane), lanes.map(({ mark }) => mark), dueAfter];
  return (await db.query(FREE, [...marks, dead, instance, inWork])).length;
}

const READ_LANES = statement(
  'inbox-look-2',
  `select l.lane, f.seq as lowest, f.work,
     (select extract(epoch from i.next_at)::float8 from inbox i
      where i.state = 'waiting' and i.held and i.lane = l.lane and i.next_at > to_timestamp($3)
      order by i.next_at limit 1) as due,
     extract(epoch from now())::float8 as now,
     (${lastDrawnSql('inbox_seq_seq')}) as drawn,
     (select array(${claimedSql('distinct o.claimed_by', FRONT)})) as claimants
   from unnest($1::text[], $2::bigint[]) as l(lane, mark)
   left join lateral (
     select i.seq, i.handler || ' ' || i.type as work from inbox i
     where ${isFreshInLane('i', 'l.lane', 'l.mark')} ${orderOfLane('i')} limit 1) f on true`,
);

export interface LaneReading {
  readonly lane: string;
  /** The lowest number of an open fresh message, if there is one. */
  readonly lowest: number | null;
  /** The handler and type of that message, as "handler type". */
  readonly work: string | null;
  /** When the first held message is due, as Unix time in seconds. Infinite if all held messages are parked. */
  readonly due: number | null;
  readonly now: number;
}

export interface LanesReading {
  readonly lanes: readonly LaneReading[];
  /** The last number that the sequence had given out at the time of this read. */
  readonly drawn: number;
  /** The instances that have claims near the front of these lanes. */
  readonly claimants: readonly number[];
}

export async function readLanes(db: Database, lanes: readonly LaneMark[], dueAfter: number): Promise<LanesReading> {
  const values = [lanes.map(({ lane }) => lane), lanes.map(({ mark }) => mark), dueAfter];
  const found = await db.query<LaneReading & Omit<LanesReading, 'lanes'>>(READ_LANES, values);
  return { lanes: found, drawn: found[0]?.drawn ?? 0, claimants: found[0]?.claimants ?? [] };
}
