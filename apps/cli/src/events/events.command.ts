import { Command } from 'nest-commander';
import { ListEventsCommand } from './list-events.command';
import { PublicKeyCommand } from './public-key.command';
import { VerifyEventsCommand } from './verify-events.command';
import { CommandGroup } from '../strict-command';

@Command({
  name: 'events',
  description: 'the log of all orders: list, verify, public-key',
  subCommands: [ListEventsCommand, VerifyEventsCommand, PublicKeyCommand],
})
export class EventsCommand extends CommandGroup {}
