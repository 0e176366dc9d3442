const MINUTE_MS = 60_000;

/** Counts calls for each key. Every minute all counts are deleted, so keys that are no longer used take no memory. */
export class CallsPerMinute {
  private counts = new Map<string, number>();
  private startedAt = -Infinity;

  constructor(
    private readonly limit: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts one call, and returns whether the key is still within its limit. */
  allows(key: string): boolean {
    if (this.now() - this.startedAt >= MINUTE_MS) {
      this.counts = new Map();
      this.startedAt = this.now();
    }
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return count <= this.limit;
  }
}
