import { Command } from 'nest-commander';
import { EraseOrderCommand } from './erase-order.command';
import { EraseStatusCommand } from './erase-status.command';
import { EraseUserCommand } from './erase-user.command';
import { CommandGroup } from '../strict-command';

@Command({
  name: 'erase',
  description: 'forget a customer, or the guest of an order, for good',
  subCommands: [EraseUserCommand, EraseOrderCommand, EraseStatusCommand],
})
export class EraseCommand extends CommandGroup {}
