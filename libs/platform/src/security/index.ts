import './request-state';

export {
  Allowed,
  CartOrUser,
  GuestOrUser,
  Public,
  SignedIn,
  CurrentCaller,
  accessOf,
  ignoresBadTokens,
  type Access,
} from './access';
export { bearerOf } from './access-token.strategy';
export { AccessTokens } from './access-tokens';
export * from './caller';
export {
  CartTokens,
  isTooOldToRead,
  parseGuestTokenState,
  formatGuestTokenState,
  type CartToken,
  type GuestTokenState,
} from './cart-tokens';
export { GuestLimit, type HeaderList } from './guest-limit';
export { Limited } from './limited';
export { isLimited, SessionRoute, Unlimited } from './limits';
export { PublishedKeys } from './published-keys.adapter';
export { RateLimited } from './rate-limit.guard';
export { MemoryRateLimits, RateLimits } from './rate-limits';
export { RedisRateLimits } from './redis-rate-limits.adapter';
export { addressesOf, addressOf, isLoopbackAddress } from './addresses';
export { ClientAddresses } from './client-addresses';
export { keyedHash } from './rate-limit.options';
export { RefusalRecorder } from './refusal-recorder';
export { LimitedRoutes, type LimitedRoute } from './limited-routes';
export { RightsWatch, type Watched } from './rights-watch';
export { SecurityModule } from './security.module';
export { SpentTokens } from './spent-tokens';
export { cartTokenSpent } from './token-faults';
export { SessionStates, type SessionState } from './session-states';
export * from './verifying-keys';
