import { Body, Controller, Delete } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Answers, Does, Refuses } from '#platform/http';
import { Limited, SignedIn, Who, type UserCaller } from '#platform/security';
import { Password } from '../model/password.field';
import { EraseMe } from './erase-person.command';
import type { Erasure } from './erasure';
import { ErasureAnswer } from './erasure-answer';

class EraseMeBody {
  @Password({ min: 1, description: 'Your password: a borrowed telephone erases nobody.' })
  password!: string;
}

@ApiTags('Me')
@Controller('users/me')
@SignedIn()
export class EraseMeController {
  constructor(private readonly commands: CommandBus) {}

  @Delete()
  @Limited('login')
  @Does(
    'eraseMe',
    'Forget me',
    'Account, sessions, addresses and letters go; orders stay as figures, without a name. Every token of yours ends. ' +
      'Refused while an order of yours is open. What you ordered without being signed in is not found by this.',
  )
  @Answers(202, ErasureAnswer, { description: 'It cannot be undone, and is done everywhere within seconds.' })
  @Refuses('ORDER_OPEN', 'STAFF_ACCOUNT', 'UNAVAILABLE')
  @Refuses({ status: 401, code: 'CREDENTIALS_INVALID', when: 'The password is not right.' })
  erase(@Who() { userId }: UserCaller, @Body() { password }: EraseMeBody): Promise<Erasure> {
    return this.commands.execute(new EraseMe(userId, password));
  }
}
