import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Config } from '#platform/config';
import { Ids } from '#platform/system';
import type { Account } from '../model/account.entity';
import { Accounts } from '../model/accounts.store';
import { CredentialsInvalid } from '../model/identity-errors';
import { Passwords } from '../model/passwords.adapter';
import { Sessions } from '../model/sessions.store';
import type { SignedIn } from './signed-in';
import { Tokens } from './tokens.adapter';
import { Injectable } from '@nestjs/common';

export interface From {
  readonly userAgent: string | null;
  readonly cartTokenHash: string | undefined;
}

export class LogIn extends Command<SignedIn> {
  constructor(
    readonly email: string,
    readonly password: string,
    readonly from: From,
  ) {
    super();
  }
}

/** Opens a session for somebody whose word was checked. */
@Injectable()
export class Doorkeeper {
  constructor(
    private readonly sessions: Sessions,
    private readonly tokens: Tokens,
    private readonly ids: Ids,
    private readonly config: Config,
  ) {}

  async letIn(
    { id, email, name, role, locale }: Pick<Account, 'id' | 'email' | 'name' | 'role' | 'locale'>,
    from: From,
  ): Promise<SignedIn> {
    const sessionId = this.ids.next();
    const refresh = this.tokens.refresh();
    await this.sessions.open({
      id: sessionId,
      accountId: id,
      userAgent: from.userAgent,
      token: refresh.hash,
      expiresAt: refresh.expiresAt,
    });
    return {
      user: { id, email, name, role },
      accessToken: await this.tokens.access({ id, email, name, role, locale }, sessionId, from.cartTokenHash),
      refreshToken: refresh.token,
      expiresIn: this.config.accessTokenTtlSeconds,
    };
  }
}

@CommandHandler(LogIn)
export class LogInHandler implements ICommandHandler<LogIn> {
  constructor(
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly doorkeeper: Doorkeeper,
  ) {}

  async execute({ email, password, from }: LogIn): Promise<SignedIn> {
    const account = await this.accounts.byEmail(email);
    if (!(await this.passwords.fits(password, account?.passwordHash))) throw new CredentialsInvalid();
    const { id, passwordHash } = account!;
    const next = await this.passwords.renewed(password, passwordHash);
    if (next) await this.accounts.rehash(id, passwordHash, next);
    return this.doorkeeper.letIn(account!, from);
  }
}
