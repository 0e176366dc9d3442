import { statement, type Database } from '#database';
import { isFreshInLane, isOpen, orderOfLane } from './open-messages';
import type { LaneMark } from './sweeps.store';

export interface InboxFigures {
  /** The age in seconds of the oldest waiting message that is not parked. */
  readonly lag: number;
  readonly waiting: number;
  readonly held: number;
  readonly dead: number;
  /** The age in seconds of the oldest open claim. */
  readonly oldestClaim: number;
  /** Seconds since the oldest first failure of a waiting message. */
  readonly failing: number;
}

const secondsSince = (since: string) => `coalesce(extract(epoch from now() - min(${since})), 0)::float8`;

const FIGURES = statement(
  'inbox-figures-2',
  `with lanes as (
     select s.lane, coalesce(m.mark, 0) as mark
     from (select lane from subscriptions union select unnest($1::text[])) s
     left join unnest($1::text[], $2::bigint[]) as m(lane, mark) on m.lane = s.lane),
   open as (
     select i.* from lanes l cross join lateral (
       select state, held, next_at, received_at, claimed_by, claimed_at, failed_since from inbox i
       where ${isFreshInLane('i', 'l.lane', 'l.mark')} ${orderOfLane('i')} offset 0) i
     union all
     select state, held, next_at, received_at, claimed_by, claimed_at, failed_since from inbox b
     where b.held and ${isOpen('b')})
   select ${secondsSince(`case when state = 'waiting' and next_at < 'infinity' then received_at end`)} as lag,
     count(*) filter (where state = 'waiting')::int as waiting,
     count(*) filter (where state = 'waiting' and held)::int as held,
     count(*) filter (where state = 'dead')::int as dead,
     ${secondsSince('case when claimed_by > 0 then claimed_at end')} as "oldestClaim",
     ${secondsSince(`case when state = 'waiting' then failed_since end`)} as failing
   from open`,
);

/** `marks`: the lanes of this build and their marks, and other lanes that have messages. */
export const readInboxFigures = async (db: Database, marks: readonly LaneMark[]): Promise<InboxFigures> =>
  (await db.query<InboxFigures>(FIGURES, [marks.map(({ lane }) => lane), marks.map(({ mark }) => mark)]))[0];
