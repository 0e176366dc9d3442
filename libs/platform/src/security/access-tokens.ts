import { Injectable } from '@nestjs/common';
import { errors, jwtVerify } from 'jose';
import { callerFrom, type UserCaller } from './caller';
import { Departures } from './departures';
import { KeyRing } from './key-ring';
import { KeysUnavailable, tokenExpired, tokenInvalid } from './token-faults';
import { TOKEN_AUDIENCE, TOKEN_ISSUER, type AccessClaims } from './verifying-keys';

/** Tokens that do not come in a request's header: a web socket brings its own in the handshake. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly keys: KeyRing,
    private readonly departures: Departures,
  ) {}

  /** Whom the token speaks for; throws TOKEN_EXPIRED, TOKEN_INVALID or UNAVAILABLE. */
  async callerOf(token: string): Promise<UserCaller> {
    try {
      const { payload } = await jwtVerify<AccessClaims>(token, ({ kid }) => this.keyOf(kid), {
        algorithms: ['ES256'],
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
      });
      const caller = callerFrom(payload);
      if (caller && !(await this.departures.include(caller.userId))) return caller;
    } catch (error) {
      if (error instanceof KeysUnavailable) throw error;
      if (error instanceof errors.JWTExpired) throw tokenExpired();
    }
    throw tokenInvalid();
  }

  private async keyOf(kid: string | undefined) {
    const key = await this.keys.find(kid ?? '').catch(() => {
      throw new KeysUnavailable();
    });
    if (!key) throw tokenInvalid();
    return key;
  }
}
