import type { KeyObject } from 'node:crypto';

/** The public keys of access tokens. Bound by the module that issues tokens, or by a client of its JWKS. */
export abstract class VerifyingKeys {
  /** The P-256 key of that `kid`, or undefined when there is none. */
  abstract find(kid: string): Promise<KeyObject | undefined>;
}

/** The claims of an access token, beside `iss`, `aud`, `iat`, `exp` and `jti`. */
export interface AccessClaims {
  readonly sub: string;
  readonly email: string;
  readonly role: string;
  /** The session it belongs to. */
  readonly sid: string;
  /** The guest whose cart token was shown at log-in (`standingText`). That guest's cart becomes the user's, once. */
  readonly cart?: string;
  /** When it expires, in seconds since 1970. */
  readonly exp?: number;
  /** What the account was registered with, for contexts that have not heard of it yet. */
  readonly name?: string;
  readonly locale?: string;
}

export const TOKEN_ISSUER = 'coffee-tea-shop';
export const TOKEN_AUDIENCE = 'coffee-tea-api';
