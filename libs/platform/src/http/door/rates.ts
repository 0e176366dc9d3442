const MOST_KEYS = 50_000;
/** In parts of an interval, because sums of fractions are not exact. */
const ROUNDING = 0.001;

/**
 * So many a second for each key, and so many at once at the beginning: the generic cell rate algorithm, which keeps
 * one number for each key. A refused request is not counted. The keys that were not used for the longest time are
 * forgotten first.
 */
export class Rates {
  /** When a key's earlier requests no longer count, in milliseconds. */
  private readonly even = new Map<string, number>();
  private readonly interval: number;
  private readonly slack: number;

  constructor(
    perSecond: number,
    most: number,
    private readonly mostKeys = MOST_KEYS,
  ) {
    this.interval = 1_000 / perSecond;
    this.slack = this.interval * (most - 1 + ROUNDING);
  }

  admits(key: string, now = performance.now()): boolean {
    const from = Math.max(this.even.get(key) ?? 0, now);
    if (from - now > this.slack) return false;
    this.even.delete(key); // so that it comes after the keys that were not used since
    this.even.set(key, from + this.interval);
    if (this.even.size > this.mostKeys) this.tidy(now);
    return true;
  }

  get size(): number {
    return this.even.size;
  }

  private tidy(now: number): void {
    const enough = this.mostKeys * 0.9;
    for (const [key, even] of this.even) {
      if (even > now && this.even.size <= enough) break;
      this.even.delete(key);
    }
  }
}
