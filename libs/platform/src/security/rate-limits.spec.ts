import { addressOf } from './rate-limit.options';
import { MemoryRateLimits } from './rate-limits';
import { rateLimitsContract } from './rate-limits.contract';
import { RedisRateLimits } from './redis-rate-limits.adapter';

rateLimitsContract('in memory', () => new MemoryRateLimits());

describe('Rate limits while Redis is away', () => {
  it('are counted in this process', async () => {
    const limits = new RedisRateLimits('redis://127.0.0.1:1');
    await limits.increment('a', 60_000, 1);
    expect(await limits.increment('a', 60_000, 1)).toMatchObject({ totalHits: 2, isBlocked: true });
    limits.onApplicationShutdown();
  });
});

describe('An address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (ip, counted) => {
    expect(addressOf(ip)).toBe(counted);
  });
});
