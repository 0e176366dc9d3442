const MOST_EQUAL_LINES = 20;
const WINDOW_MS = 10_000;
const MOST_KEYS = 2_000;
const LONGEST_KEY = 300;

/** The parts that differ in otherwise equal lines: ids and numbers. */
const VARYING = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d+/gi;

/** Allows at most 20 equal lines in a window of ten seconds. The next such line says how many lines were left out. */
export class RepetitionLimit {
  private counts = new Map<string, number>();
  /** How many lines were left out in earlier windows, and not reported yet. */
  private readonly leftOut = new Map<string, number>();
  private windowBegan = -Infinity;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Counts a line. Returns undefined if the line must be left out. For the first line of a window, returns how many
   * equal lines were left out before. Returns 0 for the following lines.
   */
  countAndLimit(line: string): number | undefined {
    if (this.now() - this.windowBegan >= WINDOW_MS) this.beginWindow();
    const key = line.slice(0, LONGEST_KEY).replace(VARYING, '#');
    const count = (this.counts.get(key) ?? 0) + 1;
    if (count > 1 || this.counts.size < MOST_KEYS) this.counts.set(key, count);
    if (count > MOST_EQUAL_LINES) return undefined;
    if (count > 1) return 0;
    const leftOut = this.leftOut.get(key) ?? 0;
    this.leftOut.delete(key);
    return leftOut;
  }

  private beginWindow(): void {
    for (const [key, count] of this.counts)
      if (count > MOST_EQUAL_LINES && (this.leftOut.has(key) || this.leftOut.size < MOST_KEYS))
        this.leftOut.set(key, (this.leftOut.get(key) ?? 0) + count - MOST_EQUAL_LINES);
    this.counts = new Map();
    this.windowBegan = this.now();
  }
}
