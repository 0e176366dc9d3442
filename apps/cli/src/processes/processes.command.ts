import { Command } from 'nest-commander';
import { ListProcessesCommand } from './list-processes.command';
import { ShowProcessCommand } from './show-process.command';
import { CompensateProcessCommand, RetryProcessCommand } from './tend-process.command';
import { CommandGroup } from '../strict-command';

@Command({
  name: 'processes',
  description: 'checkouts and refunds: list, show, retry, compensate',
  subCommands: [ListProcessesCommand, ShowProcessCommand, RetryProcessCommand, CompensateProcessCommand],
})
export class ProcessesCommand extends CommandGroup {}
