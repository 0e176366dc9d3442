const MOST = 20;
const WHILE_MS = 10_000;
const MOST_KEYS = 2_000;
const LONGEST_KEY = 300;

/** The parts that differ in otherwise equal lines: ids and numbers. */
const VARYING = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d+/gi;

/** Only so many equal lines are written in ten seconds. The next one says how many were left out. */
export class Repetition {
  private counts = new Map<string, number>();
  private before = new Map<string, number>();
  private began = -Infinity;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** How many equal lines were left out before; undefined if this one is left out too. */
  leftOut(line: string): number | undefined {
    if (this.now() - this.began >= WHILE_MS) {
      this.before = this.counts;
      this.counts = new Map();
      this.began = this.now();
    }
    const key = line.slice(0, LONGEST_KEY).replace(VARYING, '#');
    const count = (this.counts.get(key) ?? 0) + 1;
    if (count > 1 || this.counts.size < MOST_KEYS) this.counts.set(key, count);
    if (count > MOST) return undefined;
    return count === 1 ? Math.max(0, (this.before.get(key) ?? 0) - MOST) : 0;
  }
}
