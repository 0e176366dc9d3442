import { Command, CommandRunner } from 'nest-commander';
import { ListAuditCommand } from './list-audit.command';

@Command({ name: 'audit', description: 'who did what: list', subCommands: [ListAuditCommand] })
export class AuditCommand extends CommandRunner {
  async run(): Promise<void> {
    this.command.help();
  }
}
