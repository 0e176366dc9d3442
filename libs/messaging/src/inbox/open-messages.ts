/**
 * SQL: the message is not done. A dead letter is still open. The condition is written as in the indexes `inbox_open`
 * and `inbox_stuck`, so that only queries with this condition use them. If the condition followed from `state =
 * 'waiting'`, Postgres could choose one of these indexes for a claim while the tables are small. It would keep that
 * plan, and later read every handled message.
 */
export const isOpen = (alias: string): string => `coalesce(${alias}.state, '') <> 'done'`;
