import type { Uuid } from '#kernel';
import { statement } from '#database';
import { newestEvents } from './newest.store';
import { OUT_OF_TURN } from './out-of-turn';
import { leftJoinLog } from '../streams/stored';
import { voidCondition } from './unnumbered.store';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

// A lost event has no position and no row in the queue, and was not put aside. If a stream has a lost event, the events
// of this stream that were put aside are queued again too. So all these events are in the queue in the order of their
// versions.
const ENQUEUE = statement(
  'lost-enqueue',
  `with unplaced as materialized (
     select n.id, n.${named.stream}, n.version from ${newestEvents} n ${leftJoinLog('n.id')} where l.event_id is null),
   lost as materialized (
     select id, ${named.stream}, version from unplaced u
     where not exists (select from ${named.pending} p where p.event_id = u.id)
       and not exists (select from ${named.unnumbered} a where a.event_id = u.id)),
   back as (
     delete from ${named.unnumbered} u where not ${voidCondition}
       and (${named.stream} in (select ${named.stream} from lost) or ${named.stream} in (
         select a.${named.stream} from ${named.unnumbered} a where position('${OUT_OF_TURN}' in a.error) > 0))
     returning event_id as id, ${named.stream}, version),
   queued as (
     insert into ${named.pending} (event_id)
     select id from (select * from lost union all select * from back) w order by ${named.stream}, version)
   select ${named.stream} as "orderId", version, true as lost from lost
   union all select ${named.stream}, version, false from back order by 1, 2`,
);

export interface Enqueued {
  readonly orderId: Uuid;
  readonly version: number;
  /** False for an event that had been put aside. */
  readonly lost: boolean;
}

/**
 * Finds the lost events among the newest events, and queues them. It also queues again the events that were put aside
 * because an earlier event of their stream had no position.
 */
export const enqueueLost = (db: StreamDatabase): Promise<Enqueued[]> => db.query<Enqueued>(ENQUEUE);
