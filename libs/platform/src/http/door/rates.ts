const MOST_KEYS = 50_000;
/** Tolerance for rounding errors, as a fraction of the interval. */
const ROUNDING = 0.001;

/**
 * Allows `perSecond` requests a second for each key, and `burst` requests at once. The algorithm is the generic cell
 * rate algorithm (GCRA), which stores one number for each key. A refused request is not counted. If there are too many
 * keys, the least recently used keys are removed.
 */
export class Rates {
  /** For each key: the time from which its earlier requests no longer count, in milliseconds of `performance.now()`. */
  private readonly clearAt = new Map<string, number>();
  private readonly interval: number;
  private readonly tolerance: number;

  constructor(
    perSecond: number,
    burst: number,
    private readonly mostKeys = MOST_KEYS,
  ) {
    this.interval = 1_000 / perSecond;
    this.tolerance = this.interval * (burst - 1 + ROUNDING);
  }

  /** Returns whether a request of this key is allowed. An allowed request is counted. */
  countIfAllowed(key: string, now = performance.now()): boolean {
    const from = Math.max(this.clearAt.get(key) ?? 0, now);
    if (from - now > this.tolerance) return false;
    this.clearAt.delete(key); // so that `set` moves the key to the end of the map
    this.clearAt.set(key, from + this.interval);
    if (this.clearAt.size > this.mostKeys) this.removeOldKeys(now);
    return true;
  }

  get size(): number {
    return this.clearAt.size;
  }

  private removeOldKeys(now: number): void {
    const targetSize = this.mostKeys * 0.9;
    for (const [key, clearAt] of this.clearAt) {
      if (clearAt > now && this.clearAt.size <= targetSize) break;
      this.clearAt.delete(key);
    }
  }
}
