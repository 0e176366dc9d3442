import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import { ScheduledVacuum, type Database } from '#database';
import type { Leadership } from '#database/leadership';
import type { LogSignals } from '../sequencer/log-signals';
import type { StreamDatabase } from './stream-database';

const MINUTE = 60_000;

/** Deletes rows that a context keeps only for some time. */
export type Prune = (db: Database) => Promise<unknown>;

/** Deletes old rows, checks snapshots and vacuums tables. It runs in the process that leads the sequencer. */
@Injectable()
export class StoreMaintenance {
  private readonly log = new Logger('StoreMaintenance');
  private readonly scheduledVacuum: ScheduledVacuum;

  constructor(
    private readonly db: StreamDatabase,
    private readonly leadership: Leadership,
    private readonly signals: LogSignals,
    private readonly prunes: readonly Prune[] = [],
    private readonly pruneSnapshots: () => Promise<number> = async () => 0,
    private readonly checkNextSnapshots: () => Promise<void> = async () => undefined,
  ) {
    const { pending, heads, snapshots } = db.tables;
    this.scheduledVacuum = new ScheduledVacuum(db, 'event store', [pending, heads, snapshots]);
  }

  /** Runs the prunes of the context. */
  @Interval('event store prunes', 10 * MINUTE)
  @OneAtATime()
  async prune(): Promise<void> {
    if (!this.leadership.leads(this.signals.sequencerTask)) return;
    for (const prune of this.prunes) await prune(this.db).catch((error: Error) => this.warn(error));
  }

  /** Deletes snapshots that no current build reads. */
  @Interval('outdated snapshots', 10 * MINUTE)
  @OneAtATime()
  async deleteOutdatedSnapshots(): Promise<void> {
    if (this.leadership.leads(this.signals.sequencerTask))
      await this.pruneSnapshots().catch((error: Error) => this.warn(error));
  }

  /** Checks a few snapshots each time, until all were checked, and then starts again. */
  @Interval('snapshot watch', MINUTE)
  @OneAtATime()
  async checkSnapshots(): Promise<void> {
    if (this.leadership.leads(this.signals.sequencerTask))
      await this.checkNextSnapshots().catch((error: Error) => this.warn(error));
  }

  @Interval('event store vacuum', 5 * MINUTE)
  @OneAtATime()
  async vacuumTables(): Promise<void> {
    if (this.leadership.leads(this.signals.sequencerTask)) await this.scheduledVacuum.run();
  }

  private warn(error: Error): void {
    this.log.warn(`the maintenance of the event store failed, and is tried again in the next round: ${error.message}`);
  }
}
