import { Body, Controller, Delete } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Answers, OperationDoc, Refuses } from '#platform/http';
import { Limited, SignedIn, CurrentCaller, type UserCaller } from '#platform/security';
import { Password } from '../model/password.field';
import { EraseMe } from './erase-person.command';
import type { Erasure } from './erasure';
import { ErasureAnswer } from './erasure-answer';

class EraseMeBody {
  @Password({ min: 1, description: 'Your password, so that nobody else who has your device can erase you.' })
  password!: string;
}

@ApiTags('Me')
@Controller('users/me')
@SignedIn()
export class EraseMeController {
  constructor(private readonly commands: CommandBus) {}

  @Delete()
  @Limited('password')
  @OperationDoc(
    'eraseMe',
    'Erase my account and my personal data',
    'Your account, sessions and addresses are deleted. Orders and e-mails stay without your name, address and telephone ' +
      'number; e-mails that were not sent yet are deleted. All your tokens become invalid. The request is refused while you ' +
      'have an open order. Orders that you placed without being signed in are not included.',
  )
  @Answers(202, ErasureAnswer, {
    description:
      'The erasure has begun, and is completed in all parts of the shop within seconds. It cannot be undone.',
  })
  @Refuses('ORDER_OPEN', 'STAFF_ACCOUNT', 'UNAVAILABLE')
  @Refuses({ status: 401, code: 'CREDENTIALS_INVALID', when: 'The password is wrong.' })
  erase(@CurrentCaller() { userId }: UserCaller, @Body() { password }: EraseMeBody): Promise<Erasure> {
    return this.commands.execute(new EraseMe(userId, password));
  }
}
