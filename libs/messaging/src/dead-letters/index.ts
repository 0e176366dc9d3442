export { DeadLettersModule } from './dead-letters.module';
export { showLetter } from './letter-answer';
export { Inboxes, type Dropped, type Letter, type LetterFilter, type OpenInboxMessage } from './inboxes';
export { letterId } from './letter-id';
export { FollowLetters, ListDeadLetters, ViewDeadLetter } from './letters.query';
export { DropDeadLetter, RedriveDeadLetter, RedriveDeadLetters, type Redriven } from './settle-letters.command';
