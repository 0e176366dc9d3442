import { Command } from 'nest-commander';
import { DiffOrderCommand } from './diff-order.command';
import { MendHeadCommand } from './mend-head.command';
import { OrderEvidenceCommand } from './order-evidence.command';
import { OrderHistoryCommand } from './order-history.command';
import { OrderStateCommand } from './order-state.command';
import { OrderTimelineCommand } from './order-timeline.command';
import { VerifyEvidenceCommand } from './verify-evidence.command';
import { VoidEventCommand } from './void-event.command';
import { WhatIfCommand } from './what-if.command';
import { CommandGroup } from '../strict-command';

@Command({
  name: 'orders',
  description: 'one order: history, state, diff, timeline, what-if, evidence, void-event, mend-head',
  subCommands: [
    ...[OrderHistoryCommand, OrderStateCommand, DiffOrderCommand, OrderTimelineCommand],
    ...[WhatIfCommand, OrderEvidenceCommand, VerifyEvidenceCommand, VoidEventCommand, MendHeadCommand],
  ],
})
export class OrdersCommand extends CommandGroup {}
