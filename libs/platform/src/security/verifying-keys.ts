import type { KeyObject } from 'node:crypto';

/**
 * The public keys that verify access tokens. The provider is the module that issues tokens, or in another process a
 * client of its JWKS document.
 */
export abstract class VerifyingKeys {
  /** Returns the P-256 key with this key id; undefined if there is no such key. */
  abstract find(kid: string): Promise<KeyObject | undefined>;
}

/** The claims of an access token, in addition to `iss`, `aud`, `iat` and `jti`. */
export interface AccessClaims {
  readonly sub: string;
  readonly email: string;
  readonly role: string;
  /** The id of the session. */
  readonly sid: string;
  /**
   * The guest whose cart token was sent at log-in, as text of `formatGuestTokenState`. The cart of this guest is merged
   * once.
   */
  readonly cart?: string;
  /** When the token expires, in seconds since 1970. */
  readonly exp?: number;
  /**
   * The name and the language of the account, for contexts that have not yet received the message about its
   * registration.
   */
  readonly name?: string;
  readonly locale?: string;
}

export const TOKEN_ISSUER = 'coffee-tea-shop';
export const TOKEN_AUDIENCE = 'coffee-tea-api';
