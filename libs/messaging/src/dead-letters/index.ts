export { DeadLettersModule } from './dead-letters.module';
export { showLetter } from './letter-answer';
export { LetterBox, type Dropped, type Letter, type LetterFilter, type OpenLetter } from './letter-box';
export { letterId } from './letter-id';
export { FollowLetters, ListDeadLetters, ViewDeadLetter } from './letters.query';
export { DropDeadLetter, RedriveDeadLetter, RedriveDeadLetters, type Redriven } from './settle-letters.command';
