import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Config } from '#platform/config';
import { Database } from '#platform/database';
import { Clock } from '#platform/system';
import type { SignedIn } from '../log-in/signed-in';
import { Tokens } from '../log-in/tokens.adapter';
import { RefreshTokenExpired, RefreshTokenInvalid } from '../model/identity-errors';
import { Sessions } from '../model/sessions.store';
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
    // The refusal is thrown outside, or the family's end would be rolled back with it.
    const { verdict, known } = await this.db.transaction(async () => {
      const known = await this.sessions.look(used);
      const verdict = verdictOn(known, this.clock.now());
      if (verdict === 'reused') await this.sessions.revoke(known!.session_id, 'reuse');
      if (verdict === 'good') await this.sessions.rotate(used, known!.session_id, next.hash, next.expiresAt);
      return { verdict, known };
    });
    if (verdict === 'expired') throw new RefreshTokenExpired();
    if (verdict !== 'good') throw new RefreshTokenInvalid();
    const { account_id: id, email, name, role, locale, session_id } = known!;
    return {
      user: { id, email, name, role },
      accessToken: await this.tokens.access({ id, email, name, role, locale }, session_id),
      refreshToken: next.token,
      expiresIn: this.config.accessTokenTtlSeconds,
    };
  }
}
