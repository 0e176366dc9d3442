import { Body, Controller, Headers, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Answers, OperationDoc, Email, Refuses } from '#platform/http';
import { GuestOrUser, Limited, CurrentCaller, type Caller } from '#platform/security';
import { Password } from '../model/password.field';
import { LogIn } from './log-in.command';
import { SignedInShape, type SignedIn } from './signed-in';

class LogInBody {
  @Email({ kept: true })
  email!: string;

  @Password({ min: 1 })
  password!: string;
}

@ApiTags('Auth')
@Controller('auth/login')
export class LogInController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @GuestOrUser({ badTokens: 'ignored' })
  @Limited('login')
  @OperationDoc(
    'logIn',
    'Log in; the guest’s cart of an `X-Cart-Token` in the request is merged into the account’s cart',
  )
  @Answers(200, SignedInShape)
  @Refuses({ status: 401, code: 'CREDENTIALS_INVALID', when: 'The e-mail address or the password is wrong.' })
  logIn(
    @Body() { email, password }: LogInBody,
    @CurrentCaller() caller: Caller,
    @Headers('user-agent') userAgent: string | undefined,
  ): Promise<SignedIn> {
    const from = { userAgent: userAgent?.slice(0, 300) ?? null, guest: caller.cartToken };
    return this.commands.execute(new LogIn(email, password, from));
  }
}
