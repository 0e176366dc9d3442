import { Global, Module, type Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { ThrottlerModule } from '@nestjs/throttler';
import { Config } from '#platform/config';
import { AccessTokens } from './access-tokens';
import { AccessTokenStrategy } from './access-token.strategy';
import { AuthenticateGuard } from './authenticate.guard';
import { AuthoriseGuard } from './authorise.guard';
import { Departures } from './departures';
import { KeyRing } from './key-ring';
import { RateLimitGuard } from './rate-limit.guard';
import { rateLimitOptions } from './rate-limit.options';
import { MemoryRateLimits, RateLimits } from './rate-limits';
import { RedisRateLimits } from './redis-rate-limits.adapter';
import { RightsWatch } from './rights-watch';

const limits: Provider = {
  provide: RateLimits,
  inject: [Config],
  useFactory: ({ redisUrl }: Config) => (redisUrl ? new RedisRateLimits(redisUrl) : new MemoryRateLimits()),
};

@Global()
@Module({ providers: [limits], exports: [limits] })
class RateLimitsModule {}

/** Who is calling, how often they may, and whether they may this. In that order. */
@Global()
@Module({
  imports: [
    PassportModule,
    RateLimitsModule,
    ThrottlerModule.forRootAsync({ inject: [Config, RateLimits], useFactory: rateLimitOptions }),
  ],
  providers: [
    KeyRing,
    Departures,
    RightsWatch,
    AccessTokens,
    AccessTokenStrategy,
    { provide: APP_GUARD, useClass: AuthenticateGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
    { provide: APP_GUARD, useClass: AuthoriseGuard },
  ],
  exports: [AccessTokens, RightsWatch],
})
export class SecurityModule {}
