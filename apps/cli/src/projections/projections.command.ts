import { Command, CommandRunner } from 'nest-commander';
import { ListProjectionsCommand } from './list-projections.command';
import { RebuildProjectionCommand } from './rebuild-projection.command';

@Command({
  name: 'projections',
  description: 'read models: list, rebuild',
  subCommands: [ListProjectionsCommand, RebuildProjectionCommand],
})
export class ProjectionsCommand extends CommandRunner {
  async run(): Promise<void> {
    this.command.help();
  }
}
