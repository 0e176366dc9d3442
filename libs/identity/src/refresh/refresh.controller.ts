import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Answers, OperationDoc, Refuses, Text } from '#platform/http';
import { SessionRoute, Public } from '#platform/security';
import { SignedInShape, type SignedIn } from '../log-in/signed-in';
import { Refresh } from './refresh.command';

class RefreshBody {
  @Text({ min: 1, max: 200 })
  refreshToken!: string;
}

@ApiTags('Auth')
@Controller('auth/refresh')
export class RefreshController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @Public()
  @SessionRoute()
  @OperationDoc(
    'refreshTokens',
    'Exchange a refresh token for new tokens',
    'Each refresh token can be used once. If one is used twice, the whole session ends.',
  )
  @Answers(200, SignedInShape)
  @Refuses('TOKEN_INVALID', 'TOKEN_EXPIRED')
  refresh(@Body() { refreshToken }: RefreshBody): Promise<SignedIn> {
    return this.commands.execute(new Refresh(refreshToken));
  }
}
