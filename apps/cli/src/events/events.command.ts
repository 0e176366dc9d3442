import { Command, CommandRunner } from 'nest-commander';
import { ListEventsCommand } from './list-events.command';
import { PublicKeyCommand } from './public-key.command';
import { VerifyEventsCommand } from './verify-events.command';

@Command({
  name: 'events',
  description: 'the log of all orders: list, verify, public-key',
  subCommands: [ListEventsCommand, VerifyEventsCommand, PublicKeyCommand],
})
export class EventsCommand extends CommandRunner {
  async run(): Promise<void> {
    this.command.help();
  }
}
