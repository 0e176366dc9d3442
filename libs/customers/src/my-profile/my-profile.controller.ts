import { Body, Controller, Get, Patch } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape } from '#kernel';
import { LONGEST_EMAIL } from '#platform/config';
import {
  answer,
  Answers,
  Immutable,
  findChangedImmutableFields,
  OperationDoc,
  IfMatchTags,
  InvalidInput,
  OneOf,
  PersonName,
  Phone,
  PRIVATE,
  ReadOnly,
  Refuses,
  matchingVersions,
  HasEtag,
  etagOfView,
} from '#platform/http';
import { shopLocale } from '#platform/observability';
import { SignedIn, CurrentCaller, type UserCaller } from '#platform/security';
import { ChangeProfile } from './change-profile.command';
import { profileBeforeWelcome } from '../model/profile';
import { MyProfile, Profile } from './my-profile.query';

const profileFromToken = ({ userId: id, email, name, locale }: UserCaller) =>
  profileBeforeWelcome({ id, email, name, locale }, shopLocale());

/** A client can send back the whole profile that it has read. The id, e-mail and role cannot be changed here. */
class ChangeProfileBody {
  @PersonName({ optional: true, example: 'Nguyễn Thị An' })
  name?: string;

  @Phone({ optional: true, nullable: true, description: 'Null removes the telephone number.' })
  phone?: string | null;

  @OneOf(['vi', 'en'], { optional: true })
  locale?: 'vi' | 'en';

  @Immutable(IdShape, { type: String, format: 'uuid' })
  id?: string;

  @Immutable(z.string().max(LONGEST_EMAIL), { type: String, format: 'email', example: 'an@example.com' })
  email?: string;

  @Immutable(Profile.shape.role, { type: 'string', enum: Profile.shape.role.options })
  role?: string;

  @ReadOnly(z.int(), { type: 'integer', example: 1 })
  version?: number;
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
  @HasEtag()
  @OperationDoc('viewMe', 'My profile')
  @Answers(200, Profile)
  @Refuses('SUBJECT_ERASED')
  async view(@CurrentCaller() caller: UserCaller) {
    const profile = await this.read(caller);
    return answer(profile, { etag: etagOfView(profile), cacheControl: PRIVATE });
  }

  @Patch()
  @OperationDoc('changeMe', 'Change my name, telephone or language')
  @Answers(200, Profile)
  @Refuses('PRECONDITION_FAILED', 'SUBJECT_ERASED')
  async change(
    @CurrentCaller() caller: UserCaller,
    @Body() body: ChangeProfileBody,
    @IfMatchTags() tags?: readonly string[],
  ) {
    const { name, phone, locale } = body;
    const { userId: id, email, role } = caller;
    const wrong = findChangedImmutableFields({ id, email, role }, body);
    if (wrong.length > 0) throw new InvalidInput(wrong);
    const seen = tags && matchingVersions(tags, await this.read(caller));
    await this.commands.execute(new ChangeProfile(profileFromToken(caller), { name, phone, locale }, seen));
    return this.view(caller);
  }

  private async read(caller: UserCaller): Promise<Profile> {
    // Until the message AccountRegistered has arrived, the data comes from the access token.
    const known = await this.queries.execute(new MyProfile(caller.userId));
    return { ...(known ?? profileFromToken(caller)), role: caller.role };
  }
}
