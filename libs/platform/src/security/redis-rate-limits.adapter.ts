import { Redis } from 'ioredis';
import { MemoryRateLimits, RateLimits, type Counted } from './rate-limits';

/** One round trip: the first hit opens the window. */
const COUNT = `
local hits = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return { hits, left }`;

/** Only a window that is still open is lowered: a key without an end would count for ever. */
const GIVE_BACK = `if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then return redis.call('DECR', KEYS[1]) end return 0`;

/** Counted in Redis, for all processes alike; while it is away each process counts for itself. */
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
    this.redis.on('error', () => undefined); // away: counted here meanwhile
  }

  async increment(key: string, ttl: number, limit: number): Promise<Counted> {
    const told = (await this.redis.eval(COUNT, 1, this.prefix + key, ttl).catch(() => undefined)) as
      [number, number] | undefined;
    if (!told) return this.own.increment(key, ttl, limit);
    const [totalHits, left] = told;
    const seconds = Math.max(1, Math.ceil(left / 1_000));
    return { totalHits, timeToExpire: seconds, isBlocked: totalHits > limit, timeToBlockExpire: seconds };
  }

  async giveBack(key: string): Promise<void> {
    await this.redis.eval(GIVE_BACK, 1, this.prefix + key).catch(() => this.own.giveBack(key));
  }

  /** Rejects while Redis is away. */
  async ping(): Promise<void> {
    await this.redis.ping();
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}
