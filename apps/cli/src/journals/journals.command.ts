import { Command } from 'nest-commander';
import { CommandGroup } from '../strict-command';
import { VerifyJournalsCommand } from './verify-journals.command';

@Command({
  name: 'journals',
  description: 'the journals of sagas and of payment providers: verify',
  subCommands: [VerifyJournalsCommand],
})
export class JournalsCommand extends CommandGroup {}

export const journalsCommands = [JournalsCommand, VerifyJournalsCommand];
