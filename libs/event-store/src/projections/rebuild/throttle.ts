import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { statement } from '#database';
import type { RebuildRow } from './rebuild';
import { RebuildRows } from './rebuild-rows';
import { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

/** The longest pause between two batches of a rebuild that is slowed down. */
const LONGEST_MS = 1_000;
const SHORTEST_MS = 50;
const CHECK_MS = 100;

// The oldest event without a position, and the oldest event that the live table does not reflect yet. Each of the two
// events has its own subquery. Otherwise a plan that was made while the tables were empty could scan all events. A live
// table with an error is ignored, because a slower rebuild would not help that table.
const DELAY = statement(
  'projection-delay',
  `select coalesce(extract(epoch from clock_timestamp() - least(
     (select "timestamp" from ${named.events} where id = (select event_id from ${named.pending} order by seq limit 1)),
     (select "timestamp" from ${named.events} where id = (select event_id from ${named.log} where position = (
        select c.position + 1 from projection_tables t join projection_checkpoints c using (relation)
        where t.name = $1 and t.state = 'live' and c.trouble is null)))
   )) * 1000, 0)::float8 as delay`,
);

/**
 * How many milliseconds the oldest event has waited for its position, or for the live read model; 0 if no event waits.
 */
export async function measureDelay(db: StreamDatabase, name: string): Promise<number> {
  const [row] = await db.query<{ delay: number }>(DELAY, [name]);
  return row.delay;
}

/** The setting REBUILD_YIELD_MS: a rebuild slows down when an event has waited longer than this. */
export class RebuildYield {
  constructor(readonly milliseconds: number) {}
}

/**
 * Slows a rebuild down while the shop is slow. The shop is slow if an event has waited longer than REBUILD_YIELD_MS for
 * its position or for the live read model. Then a pause follows each batch. The pause doubles from 50 ms up to one
 * second, so the rebuild never stops completely.
 */
@Injectable()
export class Throttle {
  private readonly paceByName = new Map<string, { checkedAt: number; pauseMs: number }>();

  constructor(
    private readonly db: StreamDatabase,
    private readonly rows: RebuildRows,
    private readonly limit: RebuildYield,
  ) {}

  /** Call it between two batches. It waits if the shop is slow, and stores whether the rebuild is slowed down. */
  async pauseIfSlow(row: RebuildRow, stop?: AbortSignal): Promise<void> {
    const pace = this.paceOf(row.name);
    const now = performance.now();
    if (pace.pauseMs === 0 && now - pace.checkedAt < CHECK_MS) return;
    pace.checkedAt = now;
    const slow = await this.isSlow(row.name);
    if (slow !== pace.pauseMs > 0) await this.rows.storeThrottled(row, slow);
    pace.pauseMs = slow ? Math.min(Math.max(pace.pauseMs * 2, SHORTEST_MS), LONGEST_MS) : 0;
    if (pace.pauseMs > 0) await pause(pace.pauseMs, undefined, { signal: stop }).catch(() => undefined);
  }

  async isSlow(name: string): Promise<boolean> {
    return (await measureDelay(this.db, name)) > this.limit.milliseconds;
  }

  private paceOf(name: string): { checkedAt: number; pauseMs: number } {
    const pace = this.paceByName.get(name) ?? { checkedAt: 0, pauseMs: 0 };
    this.paceByName.set(name, pace);
    return pace;
  }
}
