/** SQL: true for a living instance. A heartbeat is written every 5 seconds, so up to three can be missing. */
export const isLiving = `seen_at > now() - interval '20 seconds'`;

/**
 * SQL: true for an instance that has not ended, so it can write a heartbeat again, for example after a pause. An
 * instance that was killed also counts, until its row is removed after a day.
 */
export const mayContinue = (alias: string): string => `${alias}.ended_at is null`;
