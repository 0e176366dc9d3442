/**
 * SQL: the message is not done. A dead letter is still open. The indexes `inbox_open` and `inbox_stuck` have exactly
 * this condition, so only queries that contain it use them. If the condition followed from `state = 'waiting'`,
 * Postgres could choose these indexes for claims while the table is small, and keep that plan. Later, claims would then
 * read every handled message.
 */
export const isOpen = (alias: string): string => `coalesce(${alias}.state, '') <> 'done'`;

/**
 * SQL: the lanes that have open messages, as an array. It reads one row of an index for each lane,
 * and more while an open snapshot keeps vacuum from removing handled messages. A lane that this
 * build does not have can have messages if another build, which has ended, had that lane.
 */
export const lanesWithMessages = `(
  with recursive found(lane) as (
    (select i.lane from inbox i where ${isOpen('i')} order by i.lane limit 1)
    union all
    select (select i.lane from inbox i where ${isOpen('i')} and i.lane > f.lane order by i.lane limit 1)
    from found f where f.lane is not null)
  select coalesce(array_agg(lane) filter (where lane is not null), '{}') from found)`;

/**
 * SQL: the fresh messages of a lane with a number above `above`. Always add `orderOfLane` after it. After `= any(…)`,
 * Postgres keeps the lane in the order, and only the index on lane and number has that order. After `=`, Postgres could
 * choose the primary key, and would read all messages of the other lanes.
 */
export const isFreshInLane = (row: string, lane: string, above: string): string =>
  `${row}.state = 'waiting' and not ${row}.held and ${row}.lane = any(array[${lane}]) and ${row}.seq > ${above}`;
export const orderOfLane = (row: string): string => `order by ${row}.lane, ${row}.seq`;
