const ALL_EVERY_MS = 10_000;
const SHARE = 100;

/**
 * Decides which timers the next look reads. Most looks read only those that became due since the last one. Sometimes a
 * look reads all: a long transaction may have committed a timer late, or a timer may have found no subscriber before.
 * Full looks take at most a hundredth of the time.
 */
export class TimerLooks {
  private since?: string;
  private allAt = -Infinity;
  private tookMs = 0;
  private begun = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Undefined means all timers. */
  next(): string | undefined {
    this.begun = this.now();
    return this.isAllDue ? undefined : this.since;
  }

  /** `through` is where a look may start from now on. It is undefined if there was more than one look could take. */
  saw(all: boolean, through: string | undefined): void {
    if (all) {
      this.tookMs = this.now() - this.begun;
      this.allAt = this.now();
    }
    if (through !== undefined) this.since = through;
  }

  /** Call this after any error: what was known of the database may be wrong. */
  forget(): void {
    this.since = undefined;
  }

  private get isAllDue(): boolean {
    return this.since === undefined || this.begun - this.allAt >= Math.max(ALL_EVERY_MS, SHARE * this.tookMs);
  }
}
