import { Global, Module } from '@nestjs/common';
import { addMessages } from '#platform/http';
import { Inboxes } from './inboxes';
import { LettersController } from './letters.controller';
import { FollowLettersHandler, ListDeadLettersHandler, ViewDeadLetterHandler } from './letters.query';
import { DropDeadLetterHandler, RedriveDeadLetterHandler, RedriveDeadLettersHandler } from './settle-letters.command';

addMessages({
  en: {
    lettersWhich: 'send ids, or what the dead letters have in common: context, key or type',
    letterId: 'must be ids of dead letters, such as ordering-123',
  },
  vi: {
    lettersWhich: 'hãy nêu ids, hoặc điểm chung: context, key hay type',
    letterId: 'phải là mã thư chết, ví dụ ordering-123',
  },
});

/** The REST API to list, redrive and drop the dead letters of all contexts in this process. */
@Global()
@Module({
  controllers: [LettersController],
  providers: [
    ...[Inboxes, ListDeadLettersHandler, ViewDeadLetterHandler, FollowLettersHandler],
    ...[RedriveDeadLetterHandler, RedriveDeadLettersHandler, DropDeadLetterHandler],
  ],
  exports: [Inboxes],
})
export class DeadLettersModule {}
