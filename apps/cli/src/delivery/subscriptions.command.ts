import { Command } from 'nest-commander';
import { DropSubscriptionCommand } from './drop-subscription.command';
import { ListSubscriptionsCommand } from './list-subscriptions.command';
import { CommandGroup } from '../strict-command';

@Command({
  name: 'subscriptions',
  description: 'which handlers receive which messages: list, drop',
  subCommands: [ListSubscriptionsCommand, DropSubscriptionCommand],
})
export class SubscriptionsCommand extends CommandGroup {}
