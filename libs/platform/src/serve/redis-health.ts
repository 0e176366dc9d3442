import { HealthCheck } from '#platform/observability';
import { RateLimits, RedisRateLimits } from '#platform/security';
import type { Provider } from '@nestjs/common';
import type { Config } from '#platform/config';

/** Checks that Redis responds. Without Redis, the shop is slower, and each process counts requests for itself. */
class RedisHealth extends HealthCheck {
  readonly service = 'redis';

  constructor(private readonly limits: RateLimits) {
    super();
  }

  async check(): Promise<void> {
    if (this.limits instanceof RedisRateLimits) await this.limits.ping();
  }
}

export const redisHealth = ({ redisUrl }: Config): Provider[] =>
  redisUrl
    ? [{ provide: RedisHealth, inject: [RateLimits], useFactory: (limits: RateLimits) => new RedisHealth(limits) }]
    : [];
