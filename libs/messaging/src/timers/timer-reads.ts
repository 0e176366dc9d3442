const ALL_EVERY_MS = 10_000;
const SHARE = 100;

/**
 * Decides which due timers the next read covers. Most reads cover only the timers that became due since the last one.
 * Sometimes a read covers all, because a long transaction may commit a timer late, or a timer may have had no
 * subscriber before. Full reads take at most one hundredth of the time.
 */
export class TimerReads {
  private since?: string;
  private allAt = -Infinity;
  private tookMs = 0;
  private startedAt = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Undefined means all timers. */
  startOfNextRead(): string | undefined {
    this.startedAt = this.now();
    return this.isAllDue ? undefined : this.since;
  }

  /**
   * `through` is the time from which the next reads may start. It is undefined if the read was cut off by its limit.
   */
  recordRead(all: boolean, through: string | undefined): void {
    if (all) {
      this.tookMs = this.now() - this.startedAt;
      this.allAt = this.now();
    }
    if (through !== undefined) this.since = through;
  }

  /** Call this after any error. The next read covers all timers, because the database may have been restored. */
  reset(): void {
    this.since = undefined;
  }

  private get isAllDue(): boolean {
    return this.since === undefined || this.startedAt - this.allAt >= Math.max(ALL_EVERY_MS, SHARE * this.tookMs);
  }
}
