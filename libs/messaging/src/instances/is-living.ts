/** SQL: true for a living instance. A heartbeat is written every 5 seconds, so three of them may be missing. */
export const isLiving = `seen_at > now() - interval '20 seconds'`;
