import type { ThrottlerStorage } from '@nestjs/throttler';

export interface CountWindow {
  readonly hits: number;
  /** When the window ends, in milliseconds of `performance.now()`. */
  readonly endsAt: number;
}

export interface CountResult {
  readonly totalHits: number;
  /** Seconds until the window ends. */
  readonly timeToExpire: number;
  readonly isBlocked: boolean;
  readonly timeToBlockExpire: number;
}

/** Counts requests in fixed windows of time. */
export abstract class RateLimits implements ThrottlerStorage {
  abstract increment(key: string, ttl: number, limit: number, block: number, name: string): Promise<CountResult>;
  /**
   * If fewer than `most` hits are known to be counted, counts one hit at once, without a round trip. Returns undefined
   * if the hit was not counted. The caller must then use `increment`.
   */
  abstract countBelow(key: string, ttl: number, most: number): CountWindow | undefined;
  /** Reads the counts of the keys, without counting a hit. */
  abstract read(keys: readonly string[]): Promise<readonly CountWindow[]>;
  /** Adds one to the count of each key. */
  abstract countAll(keys: readonly string[], ttl: number): Promise<void>;
  /** Remembers each key for this time. For a remembered key, `read` returns 1 hit. */
  abstract remember(keys: readonly string[], ttl: number): Promise<void>;
}

const MOST_KEYS = 100_000;

/**
 * Counts in the memory of this process. If there are too many windows, the windows that have ended are removed first,
 * then the oldest windows.
 */
export class MemoryRateLimits extends RateLimits {
  private readonly windows = new Map<string, { hits: number; readonly endsAt: number }>();
  /** Remembered keys are stored separately, so that they are not removed when there are many counted keys. */
  private readonly rememberedKeys = new Map<string, CountWindow>();

  increment(key: string, ttl: number, limit: number): Promise<CountResult> {
    const now = performance.now();
    const window = this.hit(key, ttl, now);
    const left = Math.max(1, Math.ceil((window.endsAt - now) / 1000));
    const isBlocked = window.hits > limit;
    return Promise.resolve({ totalHits: window.hits, timeToExpire: left, isBlocked, timeToBlockExpire: left });
  }

  countBelow(key: string, ttl: number, most: number): CountWindow | undefined {
    const now = performance.now();
    const window = this.windows.get(key);
    if (window && window.endsAt > now && window.hits >= most) return undefined;
    return most > 0 ? this.hit(key, ttl, now) : undefined;
  }

  read(keys: readonly string[]): Promise<readonly CountWindow[]> {
    const now = performance.now();
    const known = keys.map((key) => this.rememberedKeys.get(key) ?? this.windows.get(key));
    return Promise.resolve(
      known.map((window) => (window && window.endsAt > now ? { ...window } : { hits: 0, endsAt: now })),
    );
  }

  countAll(keys: readonly string[], ttl: number): Promise<void> {
    const now = performance.now();
    for (const key of keys) this.hit(key, ttl, now);
    return Promise.resolve();
  }

  remember(keys: readonly string[], ttl: number): Promise<void> {
    const now = performance.now();
    for (const key of keys) {
      this.rememberedKeys.delete(key); // so that the newest keys are at the end of the map
      this.rememberedKeys.set(key, { hits: 1, endsAt: now + ttl });
    }
    if (this.rememberedKeys.size > MOST_KEYS) removeOldWindows(this.rememberedKeys, now);
    return Promise.resolve();
  }

  private hit(key: string, ttl: number, now: number): CountWindow {
    let window = this.windows.get(key);
    if (!window || window.endsAt <= now) {
      this.windows.delete(key);
      window = { hits: 0, endsAt: now + ttl };
      this.windows.set(key, window);
      if (this.windows.size > MOST_KEYS) removeOldWindows(this.windows, now);
    }
    window.hits += 1;
    return window;
  }
}

function removeOldWindows(windows: Map<string, CountWindow>, now: number): void {
  for (const [key, { endsAt }] of windows) if (endsAt <= now) windows.delete(key);
  for (const key of windows.keys()) {
    if (windows.size <= MOST_KEYS * 0.9) break;
    windows.delete(key);
  }
}
