import type { KeyObject } from 'node:crypto';

/** The public keys of access tokens. The module that issues tokens provides them, or a client of its JWKS document. */
export abstract class VerifyingKeys {
  /** The P-256 key of that `kid`; undefined if there is none. */
  abstract find(kid: string): Promise<KeyObject | undefined>;
}

/** The claims of an access token, in addition to `iss`, `aud`, `iat` and `jti`. */
export interface AccessClaims {
  readonly sub: string;
  readonly email: string;
  readonly role: string;
  /** The id of the session. */
  readonly sid: string;
  /** The guest whose cart token was sent at log-in, as `formatGuestTokenState`. That guest's cart is merged, once. */
  readonly cart?: string;
  /** When the token expires, in seconds since 1970. */
  readonly exp?: number;
  /** The name and the language of the account, for contexts that have not received its registration yet. */
  readonly name?: string;
  readonly locale?: string;
}

export const TOKEN_ISSUER = 'coffee-tea-shop';
export const TOKEN_AUDIENCE = 'coffee-tea-api';
