import { VOIDING } from '#kernel';
import { named } from '../streams/table-names';

/**
 * A part of an error text of `number_events`. The error means that an event would get its position before an earlier
 * event of its order.
 */
export const OUT_OF_TURN = 'an earlier event of its order has no position';

const positionOf = (event: string): string => `(select position from ${named.log} where event_id = ${event}.id)`;

/** SQL: the last version of the stream of `e` with a position before `position`; 0 if there is none. */
const numberedBefore = (position: string): string => `coalesce((
  select p.version from ${named.events} p
  where p.${named.stream} = e.${named.stream} and p.version < e.version and ${positionOf('p')} < ${position}
  order by p.version desc limit 1), 0)`;

/**
 * SQL: whether an earlier event of the stream of `e` has no position before `position`. An earlier event that was
 * declared void does not count.
 */
export const isOutOfTurn = (position: string): string => `(e.version > 1
  and not exists (select from ${named.events} p
    where p.${named.stream} = e.${named.stream} and p.version = e.version - 1 and ${positionOf('p')} < ${position})
  and exists (select from ${named.events} p, (select ${numberedBefore(position)} as version offset 0) b
    where p.${named.stream} = e.${named.stream} and p.version > b.version and p.version < e.version
      and not exists (select from ${named.events} v where v.${named.stream} = p.${named.stream} and v.event_type = '${VOIDING}'
        and v.event_data->'version' = to_jsonb(p.version))))`;
