import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { Tokens } from '../log-in/tokens.adapter';
import { Sessions } from '../model/sessions.store';

export class LogOut extends Command<void> {
  constructor(
    readonly refreshToken: string | undefined,
    readonly sessionId: Uuid | undefined,
  ) {
    super();
  }
}

/** Ends the session, so that its refresh tokens no longer work. A repeated call changes nothing. */
@CommandHandler(LogOut)
export class LogOutHandler implements ICommandHandler<LogOut> {
  constructor(private readonly sessions: Sessions) {}

  async execute({ refreshToken, sessionId }: LogOut): Promise<void> {
    if (refreshToken) await this.sessions.revokeByToken(Tokens.hash(refreshToken));
    if (sessionId) await this.sessions.revoke(sessionId, 'log-out');
  }
}
