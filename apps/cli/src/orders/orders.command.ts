import { Command } from 'nest-commander';
import { DiffOrderCommand } from './diff-order.command';
import { OrderEvidenceCommand } from './order-evidence.command';
import { OrderHistoryCommand } from './order-history.command';
import { OrderStateCommand } from './order-state.command';
import { OrderTimelineCommand } from './order-timeline.command';
import { VerifyEvidenceCommand } from './verify-evidence.command';
import { WhatIfCommand } from './what-if.command';
import { CommandGroup } from '../strict-command';

@Command({
  name: 'orders',
  description: "an order's life: history, state, diff, timeline, what-if, evidence",
  subCommands: [
    ...[OrderHistoryCommand, OrderStateCommand, DiffOrderCommand, OrderTimelineCommand],
    ...[WhatIfCommand, OrderEvidenceCommand, VerifyEvidenceCommand],
  ],
})
export class OrdersCommand extends CommandGroup {}
