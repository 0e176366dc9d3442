import { Command } from 'nest-commander';
import { ListAuditCommand } from './list-audit.command';
import { CommandGroup } from '../strict-command';

@Command({ name: 'audit', description: 'the audit trail: list', subCommands: [ListAuditCommand] })
export class AuditCommand extends CommandGroup {}
