import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { MemoryRateLimits, RateLimits, type CountResult, type CountWindow } from './rate-limits';

/**
 * Counts hits for each key, with one round trip for all keys. ARGV[1] is the length of a window in milliseconds. The
 * further arguments are the numbers of hits to add, one for each key; a missing number means 1. The first hit begins
 * the window. Returns two numbers for each key: its hits, and the milliseconds until its window ends.
 */
const COUNT_SCRIPT = `
local result = {}
for at, key in ipairs(KEYS) do
  local hits = redis.call('INCRBY', key, ARGV[at + 1] or '1')
  local left = redis.call('PTTL', key)
  if left < 0 then
    redis.call('PEXPIRE', key, ARGV[1])
    left = tonumber(ARGV[1])
  end
  table.insert(result, hits)
  table.insert(result, left)
end
return result`;

const READ_SCRIPT = `
local result = {}
for _, key in ipairs(KEYS) do
  table.insert(result, tonumber(redis.call('GET', key) or '0'))
  table.insert(result, redis.call('PTTL', key))
end
return result`;

const REMEMBER_SCRIPT = `for _, key in ipairs(KEYS) do redis.call('SET', key, '1', 'PX', ARGV[1]) end return 0`;

/** How often hits that were counted without a round trip are written to Redis. */
const WRITE_EVERY_MS = 100;
const MOST_KNOWN_KEYS = 10_000;

/** A window with the count of the last round trip to Redis, plus the hits that this process has counted after it. */
interface KnownWindow {
  hits: number;
  readonly endsAt: number;
}

/**
 * Counts in Redis, for all processes together. While Redis does not respond, each process counts only its own requests.
 */
export class RedisRateLimits extends RateLimits {
  private readonly inMemory = new MemoryRateLimits();
  private readonly redis: Redis;
  private readonly known = new LRUCache<string, KnownWindow>({ max: MOST_KNOWN_KEYS });
  /** Hits that were not written to Redis yet, by the length of their window and by key. */
  private readonly unwritten = new Map<number, Map<string, number>>();
  private writeTimer?: NodeJS.Timeout;

  constructor(
    url: string,
    private readonly prefix = 'shop:limits:',
  ) {
    super();
    this.redis = new Redis(url, {
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      commandTimeout: 200,
      retryStrategy: (tries) => Math.min(tries * 100, 1_000),
    });
    this.redis.on('error', () => undefined); // while Redis does not respond, this process counts in memory
  }

  async increment(key: string, ttl: number, limit: number): Promise<CountResult> {
    const result = await this.run(COUNT_SCRIPT, [key], ttl);
    if (!result) return this.inMemory.increment(key, ttl, limit);
    const [totalHits, left] = result;
    const unwritten = this.unwritten.get(ttl)?.get(key) ?? 0;
    this.known.set(key, { hits: totalHits + unwritten, endsAt: performance.now() + left });
    const seconds = Math.max(1, Math.ceil(left / 1_000));
    return { totalHits, timeToExpire: seconds, isBlocked: totalHits > limit, timeToBlockExpire: seconds };
  }

  countBelow(key: string, ttl: number, most: number): CountWindow | undefined {
    const window = this.known.get(key);
    if (!window || window.endsAt <= performance.now() || window.hits >= most) return undefined;
    window.hits += 1;
    const countsOfWindow = this.unwritten.get(ttl) ?? new Map<string, number>();
    this.unwritten.set(ttl, countsOfWindow.set(key, (countsOfWindow.get(key) ?? 0) + 1));
    this.writeTimer ??= setTimeout(() => void this.write(), WRITE_EVERY_MS).unref();
    return window;
  }

  private async write(): Promise<void> {
    this.writeTimer = undefined;
    const pending = [...this.unwritten];
    this.unwritten.clear();
    for (const [ttl, counts] of pending) {
      const keys = [...counts.keys()];
      const result = await this.run(COUNT_SCRIPT, keys, ttl, ...counts.values());
      if (!result) return this.known.clear(); // Redis does not respond: `increment` counts in this process
      const now = performance.now();
      keys.forEach((key, at) => {
        const hitsSince = this.unwritten.get(ttl)?.get(key) ?? 0;
        this.known.set(key, { hits: result[2 * at] + hitsSince, endsAt: now + result[2 * at + 1] });
      });
    }
  }

  async read(keys: readonly string[]): Promise<readonly CountWindow[]> {
    const result = await this.run(READ_SCRIPT, keys);
    if (!result) return this.inMemory.read(keys);
    const now = performance.now();
    return keys.map((_, at) => ({ hits: result[2 * at], endsAt: now + Math.max(0, result[2 * at + 1]) }));
  }

  async countAll(keys: readonly string[], ttl: number): Promise<void> {
    if (!(await this.run(COUNT_SCRIPT, keys, ttl))) await this.inMemory.countAll(keys, ttl);
  }

  /** The keys are also stored in this process, where `read` finds them while Redis does not respond. */
  async remember(keys: readonly string[], ttl: number): Promise<void> {
    await Promise.all([this.run(REMEMBER_SCRIPT, keys, ttl), this.inMemory.remember(keys, ttl)]);
  }

  /** Undefined if Redis does not respond. */
  private async run(script: string, keys: readonly string[], ...more: number[]): Promise<number[] | undefined> {
    const prefixedKeys = keys.map((key) => this.prefix + key);
    const result = await this.redis.eval(script, prefixedKeys.length, ...prefixedKeys, ...more).catch(() => undefined);
    return result === undefined ? undefined : ((Array.isArray(result) ? result : []) as number[]);
  }

  /** Rejects if Redis does not respond. */
  async ping(): Promise<void> {
    await this.redis.ping();
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.writeTimer);
    await this.write();
    this.redis.disconnect();
  }
}
