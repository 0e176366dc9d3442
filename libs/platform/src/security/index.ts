import './request-state';

export { Allowed, CartOrUser, GuestOrUser, Public, SignedIn, Who, accessOf, type Access } from './access';
export { AccessTokens } from './access-tokens';
export * from './caller';
export { hashOfToken } from './cart-token';
export { isLimited, Limited, Unlimited } from './limits';
export { PublishedKeys } from './published-keys.adapter';
export { RateLimited } from './rate-limit.guard';
export { MemoryRateLimits, RateLimits } from './rate-limits';
export { RedisRateLimits } from './redis-rate-limits.adapter';
export { RightsWatch, type Watched } from './rights-watch';
export { SecurityModule } from './security.module';
export { SessionStates, type SessionState } from './session-states';
export * from './verifying-keys';
