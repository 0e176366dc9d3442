const FULL_READ_EVERY_MS = 10_000;
/** After a full read, the next one waits for this many times its duration. */
const PAUSE_FACTOR = 100;

/**
 * Decides which due timers the next read covers. Most reads cover only the timers that became due since the last read.
 * Sometimes a full read covers all due timers, because perhaps a long transaction committed a timer late, or a timer
 * had no subscriber before. Full reads take at most one hundredth of the time.
 */
export class TimerReads {
  private since?: string;
  private lastFullReadAt = -Infinity;
  private lastFullReadMs = 0;
  private startedAt = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** The due time from which the next read starts. Undefined for a full read. */
  startOfNextRead(): string | undefined {
    this.startedAt = this.now();
    return this.isFullReadDue ? undefined : this.since;
  }

  /**
   * `through` is the time from which the next reads can start. It is undefined if the read was cut off by its limit.
   */
  recordRead(isFull: boolean, through: string | undefined): void {
    if (isFull) {
      this.lastFullReadMs = this.now() - this.startedAt;
      this.lastFullReadAt = this.now();
    }
    if (through !== undefined) this.since = through;
  }

  /** Call this after any error. The next read covers all timers, because perhaps the database was restored. */
  reset(): void {
    this.since = undefined;
  }

  private get isFullReadDue(): boolean {
    return (
      this.since === undefined ||
      this.startedAt - this.lastFullReadAt >= Math.max(FULL_READ_EVERY_MS, PAUSE_FACTOR * this.lastFullReadMs)
    );
  }
}
