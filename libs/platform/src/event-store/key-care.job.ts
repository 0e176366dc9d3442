import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Database } from '#platform/database';

const EVERY_MS = 10 * 60_000;
const BATCH = 1_000;

/** Idempotency keys are kept for a day. */
@Injectable()
export class KeyCare {
  private readonly log = new Logger('KeyCare');

  constructor(private readonly db: Database) {}

  @Interval('idempotency-keys', EVERY_MS)
  async tick(): Promise<void> {
    await this.prune().catch((error: Error) => this.log.warn(`old keys stay for now: ${error.message}`));
  }

  /** How many were pruned. Two processes at once do no harm. */
  async prune(): Promise<number> {
    for (let pruned = 0; ;) {
      const { count } = await this.db.execute(
        `delete from idempotency_keys where (caller, key) in (
           select caller, key from idempotency_keys where created_at < now() - interval '24 hours'
           order by created_at limit ${BATCH} for update skip locked)`,
      );
      pruned += count;
      if (count < BATCH) return pruned;
    }
  }
}
