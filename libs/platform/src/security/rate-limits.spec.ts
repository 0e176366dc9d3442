import { MemoryRateLimits } from './rate-limits';
import { rateLimitsContract } from './rate-limits.contract';
import { RedisRateLimits } from './redis-rate-limits.adapter';

rateLimitsContract('in memory', () => new MemoryRateLimits());

describe('Rate limits while Redis does not respond', () => {
  it('are counted in this process', async () => {
    const limits = new RedisRateLimits('redis://127.0.0.1:1');
    await limits.increment('a', 60_000, 1);
    expect(await limits.increment('a', 60_000, 1)).toMatchObject({ totalHits: 2, isBlocked: true });
    await limits.onApplicationShutdown();
  });
});
