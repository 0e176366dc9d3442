import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import { callerFrom, type UserCaller } from './caller';
import { Departures } from './departures';
import { KeyRing } from './key-ring';
import { KeysUnavailable } from './token-faults';
import { TOKEN_AUDIENCE, TOKEN_ISSUER, type AccessClaims } from './verifying-keys';

const LONGEST = 4_096;

/** The token of `Authorization: Bearer …`, and of nowhere else. */
export const bearerOf = ({ headers }: Pick<FastifyRequest, 'headers'>): string | null => {
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(headers.authorization ?? '')?.[1];
  return token && token.length <= LONGEST ? token : null;
};

function kidOf(token: string): string | undefined {
  try {
    const head = JSON.parse(Buffer.from(token.split('.', 1)[0], 'base64url').toString('utf8')) as { kid?: unknown };
    return typeof head.kid === 'string' && head.kid.length <= 128 ? head.kid : undefined;
  } catch {
    return undefined;
  }
}

/** Access tokens are ES256 by one of our keys, from us, for us, and not yet over. */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, 'access-token') {
  constructor(
    keys: KeyRing,
    private readonly departures: Departures,
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

  /** A good token of somebody who was erased speaks for nobody. */
  async validate(claims: AccessClaims): Promise<UserCaller | false> {
    const caller = callerFrom(claims);
    return caller && !(await this.departures.include(caller.userId)) ? caller : false;
  }
}
