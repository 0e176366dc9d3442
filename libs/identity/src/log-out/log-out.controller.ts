import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainError } from '#kernel';
import { Answers, Does, Text } from '#platform/http';
import { GuestOrUser, OfSessions, Who, type Caller } from '#platform/security';
import { LogOut } from './log-out.command';

const LoggedOut = z.object({ loggedOut: z.literal(true) }).meta({ id: 'LoggedOut' });

class LogOutBody {
  @Text({ optional: true, min: 1, max: 200 })
  refreshToken?: string;
}

@ApiTags('Auth')
@Controller('auth/logout')
export class LogOutController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @GuestOrUser()
  @OfSessions()
  @Does('logOut', 'End the session of the refresh token, or of the access token')
  @Answers(200, LoggedOut)
  async logOut(@Body() { refreshToken }: LogOutBody, @Who() caller: Caller): Promise<z.infer<typeof LoggedOut>> {
    const sessionId = caller.kind === 'user' ? caller.sessionId : undefined;
    if (!refreshToken && !sessionId)
      throw new DomainError('VALIDATION_ERROR', 'invalid', 'Invalid input data', {}, [
        { field: 'refreshToken', message: 'Send the refresh token, or an access token.' },
      ]);
    await this.commands.execute(new LogOut(refreshToken, sessionId));
    return { loggedOut: true };
  }
}
