import type { ThrottlerStorage } from '@nestjs/throttler';

export interface Counted {
  readonly totalHits: number;
  /** Seconds until the window ends. */
  readonly timeToExpire: number;
  readonly isBlocked: boolean;
  readonly timeToBlockExpire: number;
}

/** Counts requests in fixed windows. */
export abstract class RateLimits implements ThrottlerStorage {
  abstract increment(key: string, ttl: number, limit: number, block: number, name: string): Promise<Counted>;
  /** Takes one back that turned out not to count. */
  abstract giveBack(key: string): Promise<void>;
}

const MOST_KEYS = 100_000;

interface Window {
  hits: number;
  readonly endsAt: number;
}

/** In this process's memory: windows that are over go first, then the oldest. */
export class MemoryRateLimits extends RateLimits {
  private readonly windows = new Map<string, Window>();

  increment(key: string, ttl: number, limit: number): Promise<Counted> {
    const now = Date.now();
    let window = this.windows.get(key);
    if (!window || window.endsAt <= now) {
      this.windows.delete(key);
      window = { hits: 0, endsAt: now + ttl };
      this.windows.set(key, window);
      if (this.windows.size > MOST_KEYS) this.tidy(now);
    }
    window.hits += 1;
    const left = Math.max(1, Math.ceil((window.endsAt - now) / 1000));
    const isBlocked = window.hits > limit;
    return Promise.resolve({ totalHits: window.hits, timeToExpire: left, isBlocked, timeToBlockExpire: left });
  }

  giveBack(key: string): Promise<void> {
    const window = this.windows.get(key);
    if (window && window.hits > 0) window.hits -= 1;
    return Promise.resolve();
  }

  private tidy(now: number): void {
    for (const [key, { endsAt }] of this.windows) if (endsAt <= now) this.windows.delete(key);
    for (const key of this.windows.keys()) {
      if (this.windows.size <= MOST_KEYS * 0.9) break;
      this.windows.delete(key);
    }
  }
}
