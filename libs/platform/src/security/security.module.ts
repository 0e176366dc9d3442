import { Global, Module, type Provider } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { ThrottlerModule } from '@nestjs/throttler';
import { Config } from '#platform/config';
import { AccessTokens } from './access-tokens';
import { AccessTokenStrategy } from './access-token.strategy';
import { Attempts } from './attempts';
import { AuthenticateGuard } from './authenticate.guard';
import { AuthoriseGuard } from './authorise.guard';
import { CartTokens } from './cart-tokens';
import { ErasedPeople } from './erased-people';
import { GuestLimit } from './guest-limit';
import { KeyRing } from './key-ring';
import { LimitedRoutes } from './limited-routes';
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

/**
 * The guards of every request. They run in this order: they identify the caller, check the rate limits, and check the
 * permission.
 */
@Global()
@Module({
  imports: [
    PassportModule,
    JwtModule.register({}),
    RateLimitsModule,
    DiscoveryModule,
    ThrottlerModule.forRootAsync({ inject: [Config, RateLimits], useFactory: rateLimitOptions }),
  ],
  providers: [
    KeyRing,
    ErasedPeople,
    RightsWatch,
    Attempts,
    LimitedRoutes,
    AccessTokens,
    AccessTokenStrategy,
    CartTokens,
    GuestLimit,
    { provide: APP_GUARD, useClass: AuthenticateGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
    { provide: APP_GUARD, useClass: AuthoriseGuard },
  ],
  exports: [AccessTokens, Attempts, CartTokens, GuestLimit, RightsWatch],
})
export class SecurityModule {}
