import { Command } from 'nest-commander';
import { EraseOrderCommand } from './erase-order.command';
import { EraseReapplyCommand } from './erase-reapply.command';
import { EraseStatusCommand } from './erase-status.command';
import { EraseUserCommand } from './erase-user.command';
import { CommandGroup } from '../strict-command';

@Command({
  name: 'erase',
  description: 'erase the personal data of a customer, or of the guest of an order, for ever',
  subCommands: [EraseUserCommand, EraseOrderCommand, EraseStatusCommand, EraseReapplyCommand],
})
export class EraseCommand extends CommandGroup {}
