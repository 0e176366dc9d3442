const EVERY_MS = 1_000;
const LATEST_MS = 60_000;
/** This many messages are remembered. Others are tried again when their own waiting time is over. */
const REMEMBERED = 1_000;

/**
 * Messages that met a locked row are tried again one after the other, however many they are. Each attempt holds a
 * connection that messages of other rows need. When one of them succeeds, the others may follow at once.
 */
export class Probes {
  private lastAt = -Infinity;
  private readonly waiting = new Set<number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * In how many milliseconds this message is tried again: not before `atLeastMs`, and not together with another one.
   */
  later(seq: number, atLeastMs: number): number {
    const now = this.now();
    this.lastAt = Math.min(Math.max(now + atLeastMs, this.lastAt + EVERY_MS), now + LATEST_MS);
    if (this.waiting.size < REMEMBERED) this.waiting.add(seq);
    return Math.round(this.lastAt - now);
  }

  /**
   * Call this when a message was not blocked by a lock. If it was blocked before, this returns the messages to hasten.
   */
  through(seq: number): readonly number[] {
    if (!this.waiting.delete(seq)) return [];
    const others = [...this.waiting];
    this.waiting.clear();
    this.lastAt = -Infinity;
    return others;
  }
}
