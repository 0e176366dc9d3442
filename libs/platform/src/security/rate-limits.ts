import type { ThrottlerStorage } from '@nestjs/throttler';

export interface Window {
  readonly hits: number;
  /** In milliseconds of `performance.now()`. */
  readonly endsAt: number;
}

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
  /** Reads the counts of the keys, and counts nothing. */
  abstract look(keys: readonly string[]): Promise<readonly Window[]>;
  /** Adds one to the count of each key. */
  abstract add(keys: readonly string[], ttl: number): Promise<void>;
  /** Marks each key for this time: `look` then returns 1 for it. */
  abstract mark(keys: readonly string[], ttl: number): Promise<void>;
}

const MOST_KEYS = 100_000;

/** In this process's memory. Windows that have ended are removed first, then the oldest. */
export class MemoryRateLimits extends RateLimits {
  private readonly windows = new Map<string, { hits: number; readonly endsAt: number }>();
  /** Marks are stored separately, so that they are not removed when there are many counted keys. */
  private readonly marks = new Map<string, Window>();

  increment(key: string, ttl: number, limit: number): Promise<Counted> {
    const now = performance.now();
    const window = this.hit(key, ttl, now);
    const left = Math.max(1, Math.ceil((window.endsAt - now) / 1000));
    const isBlocked = window.hits > limit;
    return Promise.resolve({ totalHits: window.hits, timeToExpire: left, isBlocked, timeToBlockExpire: left });
  }

  look(keys: readonly string[]): Promise<readonly Window[]> {
    const now = performance.now();
    const known = keys.map((key) => this.marks.get(key) ?? this.windows.get(key));
    return Promise.resolve(
      known.map((window) => (window && window.endsAt > now ? { ...window } : { hits: 0, endsAt: now })),
    );
  }

  add(keys: readonly string[], ttl: number): Promise<void> {
    const now = performance.now();
    for (const key of keys) this.hit(key, ttl, now);
    return Promise.resolve();
  }

  mark(keys: readonly string[], ttl: number): Promise<void> {
    const now = performance.now();
    for (const key of keys) {
      this.marks.delete(key); // moved to the end, so that the newest stay longest
      this.marks.set(key, { hits: 1, endsAt: now + ttl });
    }
    if (this.marks.size > MOST_KEYS) tidy(this.marks, now);
    return Promise.resolve();
  }

  private hit(key: string, ttl: number, now: number): Window {
    let window = this.windows.get(key);
    if (!window || window.endsAt <= now) {
      this.windows.delete(key);
      window = { hits: 0, endsAt: now + ttl };
      this.windows.set(key, window);
      if (this.windows.size > MOST_KEYS) tidy(this.windows, now);
    }
    window.hits += 1;
    return window;
  }
}

function tidy(windows: Map<string, Window>, now: number): void {
  for (const [key, { endsAt }] of windows) if (endsAt <= now) windows.delete(key);
  for (const key of windows.keys()) {
    if (windows.size <= MOST_KEYS * 0.9) break;
    windows.delete(key);
  }
}
