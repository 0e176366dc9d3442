/**
 * SQL: commits without waiting for the disk. Use this for work that is repeated if a crash of the server loses the
 * work. The server's log keeps the order of commits. So a crash that loses the work also loses all later commits on
 * that server.
 */
export const asyncCommit = `quick as materialized (select set_config('synchronous_commit', 'off', true))`;
