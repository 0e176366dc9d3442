import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Config } from '#platform/config';
import type { GuestTokenState } from '#platform/security';
import { Clock, Ids } from '#platform/system';
import type { Account } from '../model/account.entity';
import { Accounts } from '../model/accounts.store';
import { CredentialsInvalid } from '../model/identity-errors';
import { Passwords } from '../model/passwords.adapter';
import { earliest, sessionEnd } from '../model/session-end.config';
import { Sessions } from '../model/sessions.store';
import type { SignedIn } from './signed-in';
import { Tokens } from './tokens.adapter';
import { Injectable } from '@nestjs/common';

export interface LogInOrigin {
  readonly userAgent: string | null;
  /** The guest whose cart is merged into the account's cart. */
  readonly guest: GuestTokenState | undefined;
}

export class LogIn extends Command<SignedIn> {
  constructor(
    readonly email: string,
    readonly password: string,
    readonly from: LogInOrigin,
  ) {
    super();
  }
}

/** Opens a session for a person. The caller has checked the password. */
@Injectable()
export class SessionOpener {
  constructor(
    private readonly sessions: Sessions,
    private readonly tokens: Tokens,
    private readonly ids: Ids,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  async openSession(
    account: Pick<Account, 'id' | 'email' | 'name' | 'passwordHash' | 'role' | 'locale'>,
    from: LogInOrigin,
  ): Promise<SignedIn> {
    const { id, email, name, role, locale } = account;
    const sessionId = this.ids.next();
    const endsAt = sessionEnd(role, this.clock.now(), this.config);
    const refresh = this.tokens.refresh();
    const expiresIn = this.tokens.lifetime(endsAt);
    await this.sessions.open({
      id: sessionId,
      account,
      userAgent: from.userAgent,
      tokenHash: refresh.hash,
      expiresAt: earliest(refresh.expiresAt, endsAt),
      endsAt,
    });
    return {
      user: { id, email, name, role },
      accessToken: await this.tokens.access({ id, email, name, role, locale }, sessionId, expiresIn, from.guest),
      refreshToken: refresh.token,
      expiresIn,
    };
  }
}

@CommandHandler(LogIn)
export class LogInHandler implements ICommandHandler<LogIn> {
  constructor(
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly sessionOpener: SessionOpener,
  ) {}

  async execute({ email, password, from }: LogIn): Promise<SignedIn> {
    const account = await this.accounts.byEmail(email);
    if (!(await this.passwords.matches(password, account?.passwordHash))) throw new CredentialsInvalid();
    const { id, passwordHash } = account!;
    const newHash = await this.passwords.rehashIfOld(password, passwordHash);
    if (newHash) await this.accounts.rehash(id, passwordHash, newHash);
    return this.sessionOpener.openSession({ ...account!, passwordHash: newHash ?? passwordHash }, from);
  }
}
