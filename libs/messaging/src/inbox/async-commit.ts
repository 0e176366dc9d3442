/**
 * Commits without waiting for the disk. This is for work that is repeated when a crash of the server loses it. The log
 * of the server keeps the order, so everything on that server that followed from the work is lost too.
 */
export const asyncCommit = `quick as materialized (select set_config('synchronous_commit', 'off', true))`;
