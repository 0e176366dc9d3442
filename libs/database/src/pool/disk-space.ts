import type { Database } from '../transactions/database';
import { statement } from '../transactions/statement';

/**
 * Two thousand rows do not fit into 64 kB, so Postgres writes a temporary file. The write fails if the disk is full.
 */
const ROOM = statement(
  'disk-room',
  `with little as materialized (select set_config('work_mem', '64kB', true) as memory)
   select count(*) from little cross join lateral generate_series(1, case when memory is null then 0 else 2000 end)`,
);

/**
 * Rejects if the server's disk is full. An UPDATE does not show this, because it can still succeed for a long time on a
 * full disk.
 */
export async function checkDiskSpace(db: Database): Promise<void> {
  await db.query(ROOM);
}
