import { Command } from 'nest-commander';
import { ExportEventsCommand } from './export-events.command';
import { ListEventsCommand } from './list-events.command';
import { PublicKeyCommand } from './public-key.command';
import { ResealCommand } from './reseal.command';
import { RestoredCommand } from './restored.command';
import { VerifyEventsCommand } from './verify-events.command';
import { VerifyExportCommand } from './verify-export.command';
import { CommandGroup } from '../strict-command';

@Command({
  name: 'events',
  description: 'the log of all orders: list, verify, export, verify-export, public-key, restored, reseal',
  subCommands: [
    ListEventsCommand,
    VerifyEventsCommand,
    ExportEventsCommand,
    VerifyExportCommand,
    PublicKeyCommand,
    RestoredCommand,
    ResealCommand,
  ],
})
export class EventsCommand extends CommandGroup {}
