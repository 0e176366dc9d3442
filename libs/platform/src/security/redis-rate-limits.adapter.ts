import { Redis } from 'ioredis';
import { MemoryRateLimits, RateLimits, type Counted, type Window } from './rate-limits';

/** One round trip for any number of keys. The first hit opens the window. */
const COUNT = `
local told = {}
for _, key in ipairs(KEYS) do
  local hits = redis.call('INCR', key)
  local left = redis.call('PTTL', key)
  if left < 0 then
    redis.call('PEXPIRE', key, ARGV[1])
    left = tonumber(ARGV[1])
  end
  table.insert(told, hits)
  table.insert(told, left)
end
return told`;

const LOOK = `
local told = {}
for _, key in ipairs(KEYS) do
  table.insert(told, tonumber(redis.call('GET', key) or '0'))
  table.insert(told, redis.call('PTTL', key))
end
return told`;

const MARK = `for _, key in ipairs(KEYS) do redis.call('SET', key, '1', 'PX', ARGV[1]) end return 0`;

/** Counts in Redis, for all processes together. While Redis is away, each process counts for itself. */
export class RedisRateLimits extends RateLimits {
  private readonly own = new MemoryRateLimits();
  private readonly redis: Redis;

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
    this.redis.on('error', () => undefined); // while Redis is away, this process counts for itself
  }

  async increment(key: string, ttl: number, limit: number): Promise<Counted> {
    const result = await this.run(COUNT, [key], ttl);
    if (!result) return this.own.increment(key, ttl, limit);
    const [totalHits, left] = result;
    const seconds = Math.max(1, Math.ceil(left / 1_000));
    return { totalHits, timeToExpire: seconds, isBlocked: totalHits > limit, timeToBlockExpire: seconds };
  }

  async look(keys: readonly string[]): Promise<readonly Window[]> {
    const result = await this.run(LOOK, keys);
    if (!result) return this.own.look(keys);
    const now = performance.now();
    return keys.map((_, at) => ({ hits: result[2 * at], endsAt: now + Math.max(0, result[2 * at + 1]) }));
  }

  async add(keys: readonly string[], ttl: number): Promise<void> {
    if (!(await this.run(COUNT, keys, ttl))) await this.own.add(keys, ttl);
  }

  /** A mark is also stored in this process, for the time when Redis is away. */
  async mark(keys: readonly string[], ttl: number): Promise<void> {
    await Promise.all([this.run(MARK, keys, ttl), this.own.mark(keys, ttl)]);
  }

  /** Undefined while Redis is away. */
  private async run(script: string, keys: readonly string[], ...more: number[]): Promise<number[] | undefined> {
    const own = keys.map((key) => this.prefix + key);
    const result = await this.redis.eval(script, own.length, ...own, ...more).catch(() => undefined);
    return result === undefined ? undefined : ((Array.isArray(result) ? result : []) as number[]);
  }

  /** Rejects while Redis is away. */
  async ping(): Promise<void> {
    await this.redis.ping();
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}
