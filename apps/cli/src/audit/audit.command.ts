import { Command } from 'nest-commander';
import { ListAuditCommand } from './list-audit.command';
import { CommandGroup } from '../strict-command';

@Command({ name: 'audit', description: 'who did what: list', subCommands: [ListAuditCommand] })
export class AuditCommand extends CommandGroup {}
