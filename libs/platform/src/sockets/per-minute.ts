const MINUTE_MS = 60_000;

/** Counts for each key in a minute. All keys start a new minute together, so old keys take no memory. */
export class PerMinute {
  private counts = new Map<string, number>();
  private began = -Infinity;

  constructor(
    private readonly most: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts once more, and returns whether that is still allowed. */
  allows(key: string): boolean {
    if (this.now() - this.began >= MINUTE_MS) {
      this.counts = new Map();
      this.began = this.now();
    }
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return count <= this.most;
  }
}
