/** How many refused attempts of one actor, and of all actors together, are listed one by one in a minute. */
export const OF_ONE = 10;
export const OF_ALL = 100;
const MOST_ACTORS = 1_000;
/** The name for all actors that are not counted separately. */
export const OTHERS = 'others';

export interface More {
  readonly actor: string;
  readonly role: string;
  readonly more: number;
}

interface Count {
  readonly role: string;
  written: number;
  more: number;
}

/**
 * Decides which refused attempts are listed one by one, so that many attempts fill neither the trail nor the memory.
 */
export class RefusalCounts {
  private readonly counts = new Map<string, Count>();
  private written = 0;

  /** Whether this attempt is listed; otherwise it is only counted. */
  admits(actor: string, role: string): boolean {
    const count = this.of(actor, role);
    if (count.written < OF_ONE && this.written < OF_ALL) {
      count.written += 1;
      this.written += 1;
      return true;
    }
    count.more += 1;
    return false;
  }

  /** At the end of a minute: the counted attempts, the most frequent first, in at most `OF_ALL` lines. */
  close(): readonly More[] {
    const all = [...this.counts]
      .filter(([, { more }]) => more > 0)
      .map(([actor, { role, more }]) => ({ actor, role, more }))
      .sort((a, b) => b.more - a.more);
    this.counts.clear();
    this.written = 0;
    const rest = all.slice(OF_ALL - 1).reduce((sum, { more }) => sum + more, 0);
    return rest > 0 ? [...all.slice(0, OF_ALL - 1), { actor: OTHERS, role: 'none', more: rest }] : all;
  }

  get size(): number {
    return this.counts.size;
  }

  private of(actor: string, role: string): Count {
    const known = this.counts.get(actor);
    if (known) return known;
    if (this.counts.size >= MOST_ACTORS && actor !== OTHERS) return this.of(OTHERS, 'none');
    const count = { role, written: 0, more: 0 };
    this.counts.set(actor, count);
    return count;
  }
}
