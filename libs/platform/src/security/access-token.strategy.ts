import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import { callerFrom, type UserCaller } from './caller';
import { ErasedPeople } from './erased-people';
import { KeyRing } from './key-ring';
import { kidOf } from './kid-of';
import { KeysUnavailable } from './token-faults';
import { TOKEN_AUDIENCE, TOKEN_ISSUER, type AccessClaims } from './verifying-keys';

const LONGEST_TOKEN = 4_096;

/** The token in the header `Authorization: Bearer …`. A token in another place, such as the URL, is ignored. */
export const bearerOf = ({ headers }: Pick<FastifyRequest, 'headers'>): string | null => {
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(headers.authorization ?? '')?.[1];
  return token && token.length <= LONGEST_TOKEN ? token : null;
};

/**
 * Accepts access tokens that the shop has signed (ES256) and that have not expired. Issuer and audience must be the
 * shop.
 */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, 'access-token') {
  constructor(
    keys: KeyRing,
    private readonly erased: ErasedPeople,
  ) {
    super({
      jwtFromRequest: bearerOf,
      algorithms: ['ES256'],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      secretOrKeyProvider: (_request: unknown, token: string, done: (error: unknown, key?: string) => void) => {
        const kid = kidOf(token);
        if (kid === undefined) return done(new Error('no kid'));
        keys.find(kid).then(
          (key) => (key ? done(null, key as unknown as string) : done(new Error('unknown kid'))),
          () => done(new KeysUnavailable()),
        );
      },
    });
  }

  /** Refuses a valid token if its person was erased. */
  async validate(claims: AccessClaims): Promise<UserCaller | false> {
    const caller = callerFrom(claims);
    return caller && !(await this.erased.include(caller.userId)) ? caller : false;
  }
}
