import { Command } from 'nest-commander';
import { CommandGroup } from '../strict-command';
import { ChangeRoleCommand } from './change-role.command';

@Command({ name: 'users', description: 'the accounts of people: role', subCommands: [ChangeRoleCommand] })
export class UsersCommand extends CommandGroup {}
