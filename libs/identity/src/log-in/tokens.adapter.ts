import { createHash, randomBytes, sign } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Config } from '#platform/config';
import { TOKEN_AUDIENCE, TOKEN_ISSUER, type Role } from '#platform/security';
import { Clock, Ids } from '#platform/system';
import { TokenKeys } from '../keys/token-keys.adapter';

export interface Holder {
  readonly id: Uuid;
  readonly email: string;
  readonly role: Role;
  /** As registered; contexts that have not heard of the account yet read them in the token. */
  readonly name: string;
  readonly locale: 'vi' | 'en';
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Access tokens are signed (ES256) and short; refresh tokens are 256 random bits of which only the hash is kept. */
@Injectable()
export class Tokens {
  constructor(
    private readonly keys: TokenKeys,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** `cart` is the hash of the guest's cart token that was shown at log-in: the cart context merges that cart. */
  async access(holder: Holder, sessionId: Uuid, cart?: string): Promise<string> {
    const { kid, key } = await this.keys.current();
    const seconds = Math.floor(this.clock.now().getTime() / 1000);
    const head = base64url({ alg: 'ES256', typ: 'JWT', kid });
    const claims = base64url({
      iss: TOKEN_ISSUER,
      aud: TOKEN_AUDIENCE,
      sub: holder.id,
      jti: this.ids.next(),
      iat: seconds,
      exp: seconds + this.config.accessTokenTtlSeconds,
      userId: holder.id,
      email: holder.email,
      role: holder.role,
      name: holder.name,
      locale: holder.locale,
      sid: sessionId,
      ...(cart && { cart }),
    });
    const signature = sign('sha256', Buffer.from(`${head}.${claims}`), { key, dsaEncoding: 'ieee-p1363' });
    return `${head}.${claims}.${signature.toString('base64url')}`;
  }

  refresh(): { token: string; hash: Buffer; expiresAt: Date } {
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(this.clock.now().getTime() + this.config.refreshTokenTtlSeconds * 1000);
    return { token, hash: Tokens.hash(token), expiresAt };
  }

  static hash(token: string): Buffer {
    return createHash('sha256').update(token).digest();
  }
}
