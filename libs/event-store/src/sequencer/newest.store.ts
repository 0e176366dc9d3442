import type { Uuid } from '#kernel';
import { statement } from '#database';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

/** About two megabytes, which contain a thousand events or more. */
const PAGES = 250;

/**
 * SQL: the newest events. Rows of the table are never changed or deleted. So the newest rows are in the last pages of
 * the table, and no index is needed. An aborted append can leave free space in earlier pages. An event that is later
 * stored in this space is not found here, but the verification of the log finds it.
 */
export const newestEvents = `(
  select id, ${named.stream}, version from ${named.events} where ctid >= (
    select format('(%s,0)', greatest(pg_relation_size('${named.events}') / current_setting('block_size')::int - ${PAGES}, 0))::tid))`;

const STREAMS = statement('newest-streams', `select distinct ${named.stream} as id from ${newestEvents} n`);

/** The streams of the newest events. */
export const readNewestStreams = async (db: StreamDatabase): Promise<Uuid[]> =>
  (await db.query<{ id: Uuid }>(STREAMS)).map(({ id }) => id);
