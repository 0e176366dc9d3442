/** How many refused attempts of one actor, and of all actors together, are listed one by one in a minute. */
export const MOST_PER_ACTOR = 10;
export const MOST_IN_ALL = 100;
const MOST_ACTORS = 1_000;
/** The name for all actors that are not counted separately. */
export const OTHERS = 'others';

export interface UnlistedAttempts {
  readonly actor: string;
  readonly role: string;
  readonly unlisted: number;
}

interface Count {
  readonly role: string;
  listed: number;
  unlisted: number;
}

/**
 * Decides which refused attempts are listed one by one. Further attempts are only counted, so that they do not fill the
 * trail or the memory.
 */
export class RefusalCounts {
  private readonly counts = new Map<string, Count>();
  private listed = 0;

  /** Counts an attempt. Returns whether the attempt gets a line of its own. */
  countAttempt(actor: string, role: string): boolean {
    const count = this.countOf(actor, role);
    if (count.listed < MOST_PER_ACTOR && this.listed < MOST_IN_ALL) {
      count.listed += 1;
      this.listed += 1;
      return true;
    }
    count.unlisted += 1;
    return false;
  }

  /** Returns the unlisted attempts by actor, the most frequent first, and begins a new minute. */
  endMinute(): readonly UnlistedAttempts[] {
    const all = [...this.counts]
      .filter(([, { unlisted }]) => unlisted > 0)
      .map(([actor, { role, unlisted }]) => ({ actor, role, unlisted }))
      .sort((a, b) => b.unlisted - a.unlisted);
    this.counts.clear();
    this.listed = 0;
    const rest = all.slice(MOST_IN_ALL - 1).reduce((sum, { unlisted }) => sum + unlisted, 0);
    return rest > 0 ? [...all.slice(0, MOST_IN_ALL - 1), { actor: OTHERS, role: 'none', unlisted: rest }] : all;
  }

  get size(): number {
    return this.counts.size;
  }

  private countOf(actor: string, role: string): Count {
    const known = this.counts.get(actor);
    if (known) return known;
    if (this.counts.size >= MOST_ACTORS && actor !== OTHERS) return this.countOf(OTHERS, 'none');
    const count = { role, listed: 0, unlisted: 0 };
    this.counts.set(actor, count);
    return count;
  }
}
