import { Command, CommandRunner } from 'nest-commander';
import { ListEventsCommand } from './list-events.command';
import { VerifyEventsCommand } from './verify-events.command';

@Command({
  name: 'events',
  description: 'the log of all orders: list, verify',
  subCommands: [ListEventsCommand, VerifyEventsCommand],
})
export class EventsCommand extends CommandRunner {
  async run(): Promise<void> {
    this.command.help();
  }
}
