import { statement, type Database } from '#database';
import type { MessageMeta } from '../messages/envelope';
import { asyncCommit } from './async-commit';
import { isFreshInLane, isOpen, orderOfLane } from './open-messages';

export interface InboxRow {
  readonly seq: number;
  readonly id: string;
  readonly handler: string;
  readonly lane: string;
  readonly key: string;
  readonly type: string;
  readonly body: object;
  readonly meta: MessageMeta;
  readonly attempts: number;
  /** The number of failures that did not count as an attempt. */
  readonly waits: number;
  /** True if the message was ever postponed, dead or parked. Later messages of its key are perhaps parked behind it. */
  readonly held: boolean;
  /** Seconds since the first counted failure. 0 before that. */
  readonly failingFor: number;
}

/** The part of a lane in which a claim looks for fresh messages. It claims at most `room` of them. */
export interface ClaimRange {
  readonly lane: string;
  readonly room: number;
  /** The claim reads only messages with larger numbers than this. */
  readonly above: number;
  /** No open fresh message has this number or a smaller one. */
  readonly mark: number;
}

/** A claim reads at most this many fresh messages of a lane. This includes messages that must wait for others. */
export const WINDOW = 128;

/**
 * SQL: `e` is open and comes before `of` in the same lane and key. Always add `inOrder` after it. `lane` is compared as
 * in `isFreshInLane`, so Postgres can only use an index on all three columns, and it reads this key only.
 */
const isBefore = (of: string, above: string) =>
  `e.lane = any(array[${of}.lane]) and e.key = ${of}.key and e.seq > ${above} and e.seq < ${of}.seq and ${isOpen('e')}`;
const inOrder = 'order by e.lane, e.seq offset 0';

/**
 * There are two kinds of waiting messages. Fresh messages are claimed in the order of their numbers. Held messages
 * (postponed, parked or redriven) are claimed in the order of their due times. A message is ready if no earlier message
 * of its lane and key is dead, claimed or postponed. One claim takes all ready messages of a key, and they are handled
 * in order. Rows that a concurrent claim has locked are skipped, and so are the later messages of their keys. Handled
 * messages below a mark are never read. There can be many, because vacuum cannot remove them while another transaction
 * has an old snapshot.
 *
 * The plan: `state || ''` prevents a scan of the partial indexes where the numbers are known, because that scan would
 * read dead entries. The statement runs so often that Postgres must keep its generic plan: planning would cost as much
 * as execution. The arrays are in sub-queries, so that their lengths do not change the plan. `offset 0` keeps one index
 * look-up per key, even in a full inbox.
 */
export const CLAIM = statement(
  'inbox-claim-3',
  `with ${asyncCommit},
   wanted as materialized (
     select * from unnest((select $2::text[]), (select $3::int[]), (select $4::bigint[]), (select $5::bigint[]))
       with ordinality as l(lane, room, above, mark, place)),
   looked as materialized (
     select l.place, l.lane, l.mark, h.seq, h.key from wanted l
     cross join lateral (
       select h.seq, h.key from inbox h
       where ${isFreshInLane('h', 'l.lane', 'l.above')}
       ${orderOfLane('h')} limit ${WINDOW}) h),
   keys as materialized (
     select k.place, k.key, (
       select e.seq from inbox e
       where ${isBefore('k', 'k.mark')}
         and (e.held or e.claimed_by <> 0 or e.seq = any($8::bigint[])
           or not (e.handler || ' ' || e.type = any($6::text[]))) ${inOrder} limit 1) as first_blocker
     from (select place, lane, mark, key, max(seq) as seq from looked group by 1, 2, 3, 4) k),
   unblocked as materialized (
     select w.place, w.seq from looked w join keys k using (place, key)
     where k.first_blocker is null or w.seq < k.first_blocker),
   fresh as materialized (
     select r.* from wanted l
     cross join lateral (
       select h.seq, h.lane, h.key, l.mark from inbox h
       where h.seq = any(array(select u.seq from unblocked u where u.place = l.place))
         and h.state || '' = 'waiting' and not h.held and h.claimed_by = 0 and h.next_at <= now()
         and h.handler || ' ' || h.type = any($6::text[]) and h.seq <> all($8::bigint[])
       order by h.seq limit l.room for update of h skip locked) r),
   due as materialized (
     select r.* from (select distinct on (lane) * from wanted) l
     cross join lateral (
       select h.seq, h.lane, h.key, l.mark from inbox h
       where h.state = 'waiting' and h.held and h.lane = l.lane and h.next_at <= now() and h.claimed_by = 0
         and h.next_at > to_timestamp($7)
         and h.handler || ' ' || h.type = any($6::text[]) and h.seq <> all($8::bigint[])
         and not exists (
           select 1 from inbox e
           where ${isBefore('h', '0')} and e.held
             and (e.state = 'dead' or e.claimed_by <> 0 or e.next_at > h.next_at or e.seq = any($8::bigint[])
               or not (e.handler || ' ' || e.type = any($6::text[]))) ${inOrder})
       order by h.next_at, h.seq limit l.room for update of h skip locked) r),
   ready as materialized (select * from fresh union select * from due),
   mine as (
     select distinct r.seq from ready r
     where not exists (
       select 1 from inbox e
       where ${isBefore('r', 'r.mark')}
         and e.seq not in (select seq from ready) ${inOrder})
       and not exists (
       select 1 from inbox e
       where ${isBefore('r', '0')} and e.held
         and e.seq not in (select seq from ready) ${inOrder})),
   claimed as (
     update inbox i set claimed_by = $1, claimed_at = now() from mine, quick where i.seq = mine.seq
     returning i.*)
   select seq, message_id as id, handler, lane, key, type, body, meta, attempts, waits, held,
     coalesce(extract(epoch from now() - failed_since), 0)::float8 as "failingFor", null::int as place
   from claimed
   union all
   select max(seq), null, null, lane, null, null, null, null, null, null, null, null, place::int
   from looked group by lane, place having count(*) = ${WINDOW}`,
);

/**
 * Claims fresh messages only, without windows. It costs a third of `CLAIM`, and is enough while no held message is due
 * and few messages wait for others. `looked` is the number of messages that it read, including those that must wait.
 */
export const CLAIM_FRESH = statement(
  'inbox-claim-fresh-2',
  `with ${asyncCommit},
   ready as materialized (
     select r.* from unnest((select $2::text[]), (select $3::int[]), (select $4::bigint[])) as l(lane, room, mark)
     cross join lateral (
       select h.seq, h.lane, h.key, l.mark from inbox h
       where ${isFreshInLane('h', 'l.lane', 'l.mark')}
         and h.claimed_by = 0 and h.next_at <= now() and h.handler || ' ' || h.type = any($5::text[])
       ${orderOfLane('h')} limit l.room for update of h skip locked) r),
   mine as (
     select r.seq from ready r
     where not exists (
       select 1 from inbox e
       where ${isBefore('r', 'r.mark')}
         and e.seq not in (select seq from ready) ${inOrder})
       and not exists (
       select 1 from inbox e
       where ${isBefore('r', '0')} and e.held ${inOrder})),
   claimed as (
     update inbox i set claimed_by = $1, claimed_at = now() from mine, quick where i.seq = mine.seq
     returning i.*)
   select seq, message_id as id, handler, lane, key, type, body, meta, attempts, waits, held,
     coalesce(extract(epoch from now() - failed_since), 0)::float8 as "failingFor",
     (select count(*) from ready)::int as looked
   from (values (true)) as always left join claimed on true`,
);

export interface Claimed {
  readonly rows: readonly InboxRow[];
  /** The last number that was read in each range with a full window. The key is the index of the range. */
  readonly fullUpTo: ReadonlyMap<number, number>;
}

/** The messages that an instance can handle. */
export interface Capabilities {
  /** Each entry is "handler type". */
  readonly handlerTypes: readonly string[];
  /** The numbers of messages that this instance leaves to other builds for now. */
  readonly refused?: readonly number[];
}

/**
 * Claims messages for this instance, at most `room` in each range. Held messages that are due before `dueAfter` (Unix
 * time in seconds) are not read. The caller must know that there are none.
 */
export async function claim(
  db: Database,
  instance: number,
  ranges: readonly ClaimRange[],
  { handlerTypes, refused = [] }: Capabilities,
  dueAfter = -1e9,
): Promise<Claimed> {
  const column = <T>(field: (range: ClaimRange) => T) => ranges.map(field);
  const found = await db.query<InboxRow & { place: number | null }>(CLAIM, [
    instance,
    column(({ lane }) => lane),
    column(({ room }) => room),
    column(({ above }) => above),
    column(({ mark }) => mark),
    handlerTypes,
    dueAfter,
    refused,
  ]);
  const rows = found.filter(({ place }) => place === null).sort((a, b) => a.seq - b.seq);
  const full = found.flatMap(({ place, seq }): [number, number][] => (place === null ? [] : [[place - 1, seq]]));
  return { rows, fullUpTo: new Map(full) };
}

/** Claims fresh messages only. `looked` is the number of messages that it read. */
export async function claimFresh(
  db: Database,
  instance: number,
  ranges: readonly ClaimRange[],
  handlerTypes: readonly string[],
): Promise<{ rows: readonly InboxRow[]; looked: number }> {
  const column = <T>(field: (range: ClaimRange) => T) => ranges.map(field);
  const values = [
    instance,
    column(({ lane }) => lane),
    column(({ room }) => room),
    column(({ mark }) => mark),
    handlerTypes,
  ];
  const found = await db.query<InboxRow & { looked: number }>(CLAIM_FRESH, values);
  const rows = found.filter(({ seq }) => seq !== null).sort((a, b) => a.seq - b.seq);
  return { rows, looked: found[0].looked };
}

const LOCK_LANE = statement('inbox-limited-lane', 'select pg_advisory_xact_lock(hashtextextended($1, 0))');

const COUNT_CLAIMED = statement(
  'inbox-at-work-3',
  `select ((select count(*) from (
              select from inbox i where ${isFreshInLane('i', '$1', '$2')} and i.claimed_by > 0
              ${orderOfLane('i')} offset 0) c)
         + (select count(*) from inbox i
            where i.state = 'waiting' and i.held and i.lane = $1 and i.claimed_by > 0
              and i.next_at <= now() and i.next_at > to_timestamp($3)))::int as count`,
);

/**
 * Like `claim`, but for one lane with a limit: all instances together handle at most `atMost` messages of the lane at
 * once.
 */
export const claimLimited = (
  db: Database,
  instance: number,
  ranges: readonly ClaimRange[],
  atMost: number,
  capabilities: Capabilities,
  dueAfter = -1e9,
): Promise<Claimed> =>
  db.transaction(async () => {
    const [{ lane, mark }] = ranges;
    await db.query(LOCK_LANE, [`shop inbox lane ${lane}`]);
    const [{ count }] = await db.query<{ count: number }>(COUNT_CLAIMED, [lane, mark, dueAfter]);
    const rows: InboxRow[] = [];
    const fullUpTo = new Map<number, number>();
    // The ranges are claimed one after the other, so that the sum of their messages stays within the limit.
    for (const [index, range] of ranges.entries()) {
      const room = atMost - count - rows.length;
      if (room <= 0) break;
      const found = await claim(db, instance, [{ ...range, room }], capabilities, dueAfter);
      rows.push(...found.rows);
      for (const upTo of found.fullUpTo.values()) fullUpTo.set(index, upTo);
    }
    return { rows, fullUpTo };
  });

const RELEASE = statement(
  'inbox-release',
  `update inbox set claimed_by = 0, claimed_at = null
   where state = 'waiting' and claimed_by = $1 and seq = any($2::bigint[])`,
);

export const release = (db: Database, instance: number, seqs: readonly number[]) => db.query(RELEASE, [instance, seqs]);
