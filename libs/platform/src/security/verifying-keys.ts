import type { KeyObject } from 'node:crypto';

/** The public keys that access tokens are signed with. Bound by whoever issues tokens, or by a client of their JWKS. */
export abstract class VerifyingKeys {
  /** The P-256 key of that `kid`, or undefined when there is none. */
  abstract find(kid: string): Promise<KeyObject | undefined>;
}

/** What an access token says, beside `iss`, `aud`, `iat`, `exp` and `jti`. */
export interface AccessClaims {
  readonly sub: string;
  readonly email: string;
  readonly role: string;
  /** The session it belongs to. */
  readonly sid: string;
  /** Hash of the cart token that was shown at log-in: what lies in that cart is theirs now. */
  readonly cart?: string;
  /** When it expires, in seconds since 1970. */
  readonly exp?: number;
  /** What the account was registered with: a context that has not heard of it yet reads it here. */
  readonly name?: string;
  readonly locale?: string;
}

export const TOKEN_ISSUER = 'coffee-tea-shop';
export const TOKEN_AUDIENCE = 'coffee-tea-api';
