import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { Database, statement } from '#platform/database';
import type { RebuildRow } from './rebuild';
import { RebuildRows } from './rebuild-rows';

/** How long it takes at most until a rebuild that yields does another batch. */
const LONGEST_MS = 1_000;
const SHORTEST_MS = 50;
const LOOK_MS = 100;

// The oldest event that is not numbered yet, and the oldest that the live table does not reflect yet. Looked up one by
// one, so that no plan made for empty tables can go through all events. A live table in trouble moves for nobody's sake.
const DELAY = statement(
  'projection-delay',
  `select coalesce(extract(epoch from clock_timestamp() - least(
     (select "timestamp" from order_events where id = (select event_id from order_pending order by seq limit 1)),
     (select "timestamp" from order_events where id = (select event_id from order_log where position = (
        select c.position + 1 from projection_tables t join projection_checkpoints c using (relation)
        where t.name = $1 and t.state = 'live' and c.trouble is null)))
   )) * 1000, 0)::float8 as delay`,
);

/** Milliseconds that an event has been waiting for its place in the log, or in the live read model; 0 when none waits. */
export async function delayOf(db: Database, name: string): Promise<number> {
  const [row] = await db.query<{ delay: number }>(DELAY, [name]);
  return row.delay;
}

/** REBUILD_YIELD_MS. */
export class YieldAfter {
  constructor(readonly milliseconds: number) {}
}

/**
 * A rebuild yields to the shop: while an event waits longer than REBUILD_YIELD_MS to be numbered and shown by the live
 * read model, the next batch comes after a pause that doubles from 50 ms to a second. So it slows down, and never stops.
 */
@Injectable()
export class Throttle {
  private readonly paces = new Map<string, { looked: number; rest: number }>();

  constructor(
    private readonly db: Database,
    private readonly rows: RebuildRows,
    private readonly most: YieldAfter,
  ) {}

  /** Between two batches: waits if the shop is slow, and says so in the rebuild. */
  async breathe(row: RebuildRow, stop?: AbortSignal): Promise<void> {
    const pace = this.paceOf(row.name);
    const now = performance.now();
    if (pace.rest === 0 && now - pace.looked < LOOK_MS) return;
    pace.looked = now;
    const slow = await this.isSlow(row.name);
    if (slow !== pace.rest > 0) await this.rows.throttled(row, slow);
    pace.rest = slow ? Math.min(Math.max(pace.rest * 2, SHORTEST_MS), LONGEST_MS) : 0;
    if (pace.rest > 0) await pause(pace.rest, undefined, { signal: stop }).catch(() => undefined);
  }

  async isSlow(name: string): Promise<boolean> {
    return (await delayOf(this.db, name)) > this.most.milliseconds;
  }

  private paceOf(name: string): { looked: number; rest: number } {
    const pace = this.paces.get(name) ?? { looked: 0, rest: 0 };
    this.paces.set(name, pace);
    return pace;
  }
}
