import { Body, Controller, Headers, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Answers, OperationDoc, Email, PersonName, Refuses } from '#platform/http';
import { shopLocale } from '#platform/observability';
import { GuestOrUser, Limited, CurrentCaller, type Caller } from '#platform/security';
import { SignedInShape, type SignedIn } from '../log-in/signed-in';
import { Password } from '../model/password.field';
import { Register } from './register.command';

class RegisterBody {
  @Email()
  email!: string;

  @Password({ min: 8 })
  password!: string;

  @PersonName({ example: 'Nguyễn Thị An' })
  name!: string;
}

@ApiTags('Auth')
@Controller('auth/register')
export class RegisterController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @GuestOrUser({ badTokens: 'ignored' })
  @Limited('register')
  @OperationDoc(
    'register',
    'Register; the guest’s cart of an `X-Cart-Token` in the request is merged into the account’s cart',
  )
  @Answers(201, SignedInShape)
  @Refuses('EMAIL_TAKEN')
  register(
    @Body() { email, password, name }: RegisterBody,
    @CurrentCaller() caller: Caller,
    @Headers('user-agent') userAgent: string | undefined,
  ): Promise<SignedIn> {
    const from = { userAgent: userAgent?.slice(0, 300) ?? null, guest: caller.cartToken };
    return this.commands.execute(new Register(email, password, name, shopLocale(), from));
  }
}
