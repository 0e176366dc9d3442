import { Body, Controller, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DomainError } from '#kernel';
import { Answers, OperationDoc, Refuses, Text, textOf } from '#platform/http';
import { currentRequest } from '#platform/observability';
import { GuestOrUser, SessionRoute, CurrentCaller, type Caller } from '#platform/security';
import { LogOut } from './log-out.command';

const LoggedOut = z.object({ loggedOut: z.literal(true) }).meta({ id: 'LoggedOut' });

class LogOutBody {
  @Text({ optional: true, min: 1, max: 200 })
  refreshToken?: string;
}

function sessionMissing(): DomainError {
  const message = textOf('logOut.nothing', currentRequest()?.locale ?? 'en');
  return new DomainError('VALIDATION_ERROR', 'invalid', 'Invalid input data', {}, [{ field: 'refreshToken', message }]);
}

@ApiTags('Auth')
@Controller('auth/logout')
export class LogOutController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @GuestOrUser({ badTokens: 'ignored' })
  @SessionRoute()
  @OperationDoc('logOut', 'End the session of the refresh token, or of the access token')
  @Answers(200, LoggedOut)
  @Refuses({
    status: 401,
    code: 'TOKEN_EXPIRED',
    when: 'The request has no refresh token, and the access token has expired.',
  })
  @Refuses({
    status: 401,
    code: 'TOKEN_INVALID',
    when: 'The request has no refresh token, and the access token is not valid.',
  })
  async logOut(
    @Body() { refreshToken }: LogOutBody,
    @CurrentCaller() caller: Caller,
    @Req() { tokenFault }: FastifyRequest,
  ): Promise<z.infer<typeof LoggedOut>> {
    const sessionId = caller.kind === 'user' ? caller.sessionId : undefined;
    if (!refreshToken && !sessionId) throw tokenFault ?? sessionMissing();
    await this.commands.execute(new LogOut(refreshToken, sessionId));
    return { loggedOut: true };
  }
}
