import { Command } from 'nest-commander';
import { DropDeadLetterCommand } from './drop-dead-letter.command';
import { ListDeadLettersCommand } from './list-dead-letters.command';
import { RedriveDeadLettersCommand } from './redrive-dead-letters.command';
import { ShowDeadLetterCommand } from './show-dead-letter.command';
import { CommandGroup } from '../strict-command';

@Command({
  name: 'dead-letters',
  description: 'messages that are not tried any more, after many attempts: list, show, redrive, drop',
  subCommands: [ListDeadLettersCommand, ShowDeadLetterCommand, RedriveDeadLettersCommand, DropDeadLetterCommand],
})
export class DeadLettersCommand extends CommandGroup {}
