import { Injectable } from '@nestjs/common';
import { JwtService, TokenExpiredError } from '@nestjs/jwt';
import { callerFrom, type UserCaller } from './caller';
import { ErasedPeople } from './erased-people';
import { KeyRing } from './key-ring';
import { kidOf } from './kid-of';
import { KeysUnavailable, tokenExpiredError, tokenInvalidError } from './token-faults';
import { TOKEN_AUDIENCE, TOKEN_ISSUER, type AccessClaims } from './verifying-keys';

/** Checks tokens without the guards, for example the token in the handshake of a web socket. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly jwt: JwtService,
    private readonly keys: KeyRing,
    private readonly erased: ErasedPeople,
  ) {}

  /** Returns the caller that the token names. Throws TOKEN_EXPIRED, TOKEN_INVALID or UNAVAILABLE. */
  async callerOf(token: string): Promise<UserCaller> {
    try {
      const claims = await this.jwt.verifyAsync<AccessClaims>(token, {
        publicKey: (await this.keyOf(kidOf(token))) as unknown as string, // a key object, as in AccessTokenStrategy
        algorithms: ['ES256'],
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
      });
      const caller = callerFrom(claims);
      if (caller && !(await this.erased.include(caller.userId))) return caller;
    } catch (error) {
      if (error instanceof KeysUnavailable) throw error;
      if (error instanceof TokenExpiredError) throw tokenExpiredError();
    }
    throw tokenInvalidError();
  }

  private async keyOf(kid: string | undefined) {
    const key = await this.keys.find(kid ?? '').catch(() => {
      throw new KeysUnavailable();
    });
    if (!key) throw tokenInvalidError();
    return key;
  }
}
