import { Command, CommandRunner } from 'nest-commander';
import { DiffOrderCommand } from './diff-order.command';
import { OrderHistoryCommand } from './order-history.command';
import { OrderStateCommand } from './order-state.command';
import { OrderTimelineCommand } from './order-timeline.command';

@Command({
  name: 'orders',
  description: "an order's life: history, state, diff, timeline",
  subCommands: [OrderHistoryCommand, OrderStateCommand, DiffOrderCommand, OrderTimelineCommand],
})
export class OrdersCommand extends CommandRunner {
  async run(): Promise<void> {
    this.command.help();
  }
}
