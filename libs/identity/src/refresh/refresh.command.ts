import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Config } from '#platform/config';
import { Database } from '#database';
import { Clock } from '#platform/system';
import type { SignedIn } from '../log-in/signed-in';
import { Tokens } from '../log-in/tokens.adapter';
import { RefreshTokenExpired, RefreshTokenInvalid } from '../model/identity-errors';
import { earliest, sessionEnd } from '../model/session-end.config';
import { Sessions, type KnownToken } from '../model/sessions.store';
import { verdictOn } from './refresh';

export class Refresh extends Command<SignedIn> {
  constructor(readonly refreshToken: string) {
    super();
  }
}

@CommandHandler(Refresh)
export class RefreshHandler implements ICommandHandler<Refresh> {
  constructor(
    private readonly db: Database,
    private readonly sessions: Sessions,
    private readonly tokens: Tokens,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  async execute({ refreshToken }: Refresh): Promise<SignedIn> {
    const used = Tokens.hash(refreshToken);
    const next = this.tokens.refresh();
    // If this threw inside the transaction, the revocation of the session would be rolled back.
    const { verdict, known, endsAt } = await this.db.transaction(async () => {
      const known = await this.sessions.lockByToken(used);
      const endsAt = known && this.endOf(known);
      const verdict = verdictOn(known && { ...known, ends_at: endsAt! }, this.clock.now());
      if (verdict === 'reused') await this.sessions.revoke(known!.session_id, 'reuse');
      if (verdict === 'good')
        await this.sessions.rotate(used, known!.session_id, next.hash, earliest(next.expiresAt, endsAt!));
      return { verdict, known, endsAt };
    });
    if (verdict === 'expired') throw new RefreshTokenExpired();
    if (verdict !== 'good') throw new RefreshTokenInvalid();
    const { account_id: id, email, name, role, locale, session_id } = known!;
    const expiresIn = this.tokens.lifetime(endsAt!);
    return {
      user: { id, email, name, role },
      accessToken: await this.tokens.access({ id, email, name, role, locale }, session_id, expiresIn),
      refreshToken: next.token,
      expiresIn,
    };
  }

  private endOf({ ends_at, role, begun_at }: KnownToken): Date {
    return ends_at ?? sessionEnd(role, begun_at, this.config);
  }
}
