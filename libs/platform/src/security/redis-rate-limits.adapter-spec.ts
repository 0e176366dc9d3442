import { RedisRateLimits } from './redis-rate-limits.adapter';
import { rateLimitsContract } from './rate-limits.contract';

const url = process.env['TEST_REDIS_URL'];
const opened: RedisRateLimits[] = [];

(url ? describe : describe.skip)('With Redis', () => {
  afterAll(() => opened.forEach((limits) => limits.onApplicationShutdown()));

  rateLimitsContract('in Redis', async () => {
    const limits = new RedisRateLimits(url!);
    opened.push(limits);
    for (let tries = 0; tries < 50; tries += 1) {
      const up = await limits.ping().then(
        () => true,
        () => false,
      );
      if (up) break;
      await new Promise((later) => setTimeout(later, 50));
    }
    return limits;
  });
});
