import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Uuid } from '#kernel';
import { Config } from '#platform/config';
import {
  formatGuestTokenState,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  type GuestTokenState,
  type Role,
} from '#platform/security';
import { Clock, Ids, SystemClock } from '#platform/system';
import { TokenKeys } from '../keys/token-keys.adapter';

export interface Holder {
  readonly id: Uuid;
  readonly email: string;
  readonly role: Role;
  /** The name at registration. Contexts use it until they have handled AccountRegistered. */
  readonly name: string;
  readonly locale: 'vi' | 'en';
}

/** Makes tokens. Access tokens are signed (ES256) and short-lived. Refresh tokens are random, and stored as a hash. */
@Injectable()
export class Tokens {
  constructor(
    private readonly keys: TokenKeys,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly systemClock: SystemClock,
    private readonly ids: Ids,
    private readonly jwt: JwtService,
  ) {}

  /** `guest` is the guest whose cart token was sent at log-in. The cart context merges that guest's cart once. */
  async access(holder: Holder, sessionId: Uuid, lifetime: number, guest?: GuestTokenState): Promise<string> {
    const { kid, key } = await this.keys.current();
    // Tokens are checked with the system clock. So the times in a token must come from the system clock too.
    const seconds = Math.floor(this.systemClock.now().getTime() / 1000);
    const claims = {
      iss: TOKEN_ISSUER,
      aud: TOKEN_AUDIENCE,
      sub: holder.id,
      jti: this.ids.next(),
      iat: seconds,
      exp: seconds + lifetime,
      userId: holder.id,
      email: holder.email,
      role: holder.role,
      name: holder.name,
      locale: holder.locale,
      sid: sessionId,
      ...(guest && { cart: formatGuestTokenState(guest) }),
    };
    return this.jwt.signAsync(claims, { algorithm: 'ES256', keyid: kid, privateKey: key });
  }

  /** How many seconds an access token is valid. It never outlives its session, which ends at `endsAt`. */
  lifetime(endsAt: Date): number {
    const secondsLeft = Math.floor((endsAt.getTime() - this.clock.now().getTime()) / 1_000);
    return Math.max(1, Math.min(this.config.accessTokenTtlSeconds, secondsLeft));
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
