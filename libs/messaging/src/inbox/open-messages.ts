/**
 * SQL: the message is not done. A dead letter is still open. The indexes `inbox_open` and `inbox_stuck` have exactly
 * this condition, so only queries that contain it use them. With a condition that follows from `state = 'waiting'`,
 * Postgres could choose these indexes for claims while the table is small, and keep that plan. Later, claims would then
 * read every handled message.
 */
export const isOpen = (alias: string): string => `coalesce(${alias}.state, '') <> 'done'`;
