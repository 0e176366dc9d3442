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
  @Password({ min: 1, description: 'Your password, so that nobody else can do this with your device.' })
  password!: string;
}

@ApiTags('Me')
@Controller('users/me')
@SignedIn()
export class EraseMeController {
  constructor(private readonly commands: CommandBus) {}

  @Delete()
  @Limited('password')
  @Does(
    'eraseMe',
    'Forget me',
    'Account, sessions, addresses and letters are deleted; orders stay as numbers, without a name. All your tokens end. ' +
      'Refused while you have an open order. Orders that you placed without being signed in are not included.',
  )
  @Answers(202, ErasureAnswer, { description: 'It cannot be undone, and is done in all contexts within seconds.' })
  @Refuses('ORDER_OPEN', 'STAFF_ACCOUNT', 'UNAVAILABLE')
  @Refuses({ status: 401, code: 'CREDENTIALS_INVALID', when: 'The password is not right.' })
  erase(@Who() { userId }: UserCaller, @Body() { password }: EraseMeBody): Promise<Erasure> {
    return this.commands.execute(new EraseMe(userId, password));
  }
}
