const EVERY_MS = 1_000;
const LATEST_MS = 60_000;
/** At most this many messages are remembered. The others are retried when their own waiting time is over. */
const REMEMBERED = 1_000;

/**
 * Plans the retries of messages that need a locked row: one after the other, because each attempt holds a connection
 * that other messages need. When the row of one message is free, the other messages can be retried at once.
 */
export class Probes {
  private lastAt = -Infinity;
  private readonly waiting = new Set<number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Returns the milliseconds until this message is retried: at least `atLeastMs`, and usually a second after the one
   * before it.
   */
  planRetry(seq: number, atLeastMs: number): number {
    const now = this.now();
    this.lastAt = Math.min(Math.max(now + atLeastMs, this.lastAt + EVERY_MS), now + LATEST_MS);
    if (this.waiting.size < REMEMBERED) this.waiting.add(seq);
    return Math.round(this.lastAt - now);
  }

  /**
   * Call this when no row that a message needed was locked. If the message had to wait for a lock before, this returns
   * the other messages that can be retried now.
   */
  recordUnlocked(seq: number): readonly number[] {
    if (!this.waiting.delete(seq)) return [];
    const others = [...this.waiting];
    this.waiting.clear();
    this.lastAt = -Infinity;
    return others;
  }
}
