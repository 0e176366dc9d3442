import { Command } from 'nest-commander';
import { DiffRebuildCommand } from './diff-rebuild.command';
import { ListProjectionsCommand } from './list-projections.command';
import { RebuildProjectionCommand } from './rebuild-projection.command';
import { steerCommands } from './steer-rebuild.command';
import {
  DriftCommand,
  DropKeptCommand,
  RetrySetAsideCommand,
  ListSetAsideCommand,
} from './drift-and-set-aside.command';
import { CommandGroup } from '../strict-command';

const subCommands = [
  ...[ListProjectionsCommand, RebuildProjectionCommand, ...steerCommands, DiffRebuildCommand],
  ...[DriftCommand, ListSetAsideCommand, RetrySetAsideCommand, DropKeptCommand],
];

@Command({ name: 'projections', description: 'read models: list, rebuild, compare, roll back, drift', subCommands })
export class ProjectionsCommand extends CommandGroup {}

export const projectionsCommands = [ProjectionsCommand, ...subCommands];
