import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Database } from '#platform/database';
import type { Leadership } from '#platform/leadership';
import type { LogSignals } from './log-signals';

const MINUTE = 60_000;
const BATCH = 1_000;

/** Keeps the store's side tables short, where its sequencer leads. */
@Injectable()
export class StoreCare {
  private readonly log = new Logger('StoreCare');

  constructor(
    private readonly db: Database,
    private readonly leadership: Leadership,
    private readonly signals: LogSignals,
    private readonly outdated: () => Promise<number> = async () => 0,
  ) {}

  @Interval('idempotency keys', 10 * MINUTE)
  async forget(): Promise<void> {
    if (this.leadership.leads(this.signals.sequencer)) await this.prune().catch((error: Error) => this.later(error));
  }

  /** Snapshots that no build of today looks at. */
  @Interval('outdated snapshots', 10 * MINUTE)
  async throwAway(): Promise<void> {
    if (this.leadership.leads(this.signals.sequencer)) await this.outdated().catch((error: Error) => this.later(error));
  }

  /** Servers exist with autovacuum off. Where the role may not, Postgres says so and skips the table. */
  @Interval('event store vacuum', 5 * MINUTE)
  async sweepUp(): Promise<void> {
    if (!this.leadership.leads(this.signals.sequencer)) return;
    await this.db
      .query('vacuum (analyze, skip_locked) order_pending, order_heads, order_snapshots')
      .catch((error: Error) => this.later(error));
  }

  /** Idempotency keys are kept for a day. Returns how many were pruned. */
  async prune(): Promise<number> {
    for (let pruned = 0; ;) {
      const { count } = await this.db.execute(
        `delete from idempotency_keys where (caller, key) in (
           select caller, key from idempotency_keys where created_at < now() - interval '24 hours'
           order by created_at limit ${BATCH})`,
      );
      pruned += count;
      if (count < BATCH) return pruned;
    }
  }

  private later(error: Error): void {
    this.log.warn(`left for the next round: ${error.message}`);
  }
}
