/**
 * Commits without waiting for the disk. For what is done over again when a crash of the server loses it: all that
 * followed from it in the same server is lost with it, for its log keeps the order.
 */
export const quickly = `quick as materialized (select set_config('synchronous_commit', 'off', true))`;
