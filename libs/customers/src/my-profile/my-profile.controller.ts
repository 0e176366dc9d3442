import { Body, Controller, Get, Patch } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { answer, Answers, Does, etagOf, IfMatch, OneOf, Phone, PRIVATE, Refuses, Text } from '#platform/http';
import { shopLocale } from '#platform/observability';
import { SignedIn, Who, type UserCaller } from '#platform/security';
import { ChangeProfile } from './change-profile.command';
import { MyProfile, Profile } from './my-profile.query';

class ChangeProfileBody {
  @Text({ optional: true, min: 1, max: 100, trim: true, example: 'Nguyễn Thị An' })
  name?: string;

  @Phone({ optional: true })
  phone?: string;

  @OneOf(['vi', 'en'], { optional: true })
  locale?: 'vi' | 'en';
}

@ApiTags('Me')
@Controller('users/me')
@SignedIn()
export class MyProfileController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Does('viewMe', 'Who I am')
  @Answers(200, Profile)
  @Refuses('SUBJECT_ERASED')
  async view(@Who() caller: UserCaller) {
    const { userId: id, email, role } = caller;
    // The welcome travels by message; until it arrives the token says enough.
    const known = await this.queries.execute(new MyProfile(id));
    const locale = shopLocale();
    const profile: Profile = { ...(known ?? { id, email, name: email, phone: null, locale, version: 0 }), role };
    return answer(profile, { etag: etagOf(profile.version), cacheControl: PRIVATE });
  }

  @Patch()
  @Does('changeMe', 'Change my name, telephone or language')
  @Answers(200, Profile)
  @Refuses('PRECONDITION_FAILED', 'SUBJECT_ERASED')
  async change(@Who() caller: UserCaller, @Body() body: ChangeProfileBody, @IfMatch() version: number | undefined) {
    const customer = { id: caller.userId, email: caller.email, locale: shopLocale() };
    await this.commands.execute(new ChangeProfile(customer, body, version));
    return this.view(caller);
  }
}
