import { Module } from '@nestjs/common';
import { Operator } from './operator';
import { MigrateCommand } from './database/migrate.command';
import { SeedCommand } from './database/seed.command';
import { EventsCommand } from './events/events.command';
import { ListEventsCommand } from './events/list-events.command';
import { VerifyEventsCommand } from './events/verify-events.command';
import { DiffOrderCommand } from './orders/diff-order.command';
import { OrderHistoryCommand } from './orders/order-history.command';
import { OrderStateCommand } from './orders/order-state.command';
import { OrderTimelineCommand } from './orders/order-timeline.command';
import { OrdersCommand } from './orders/orders.command';
import { projectionsCommands } from './projections/projections.command';

/** `npm run shop -- …`: what an operator does from a terminal. */
@Module({
  providers: [
    Operator,
    ...[MigrateCommand, SeedCommand],
    ...[OrdersCommand, OrderHistoryCommand, OrderStateCommand, DiffOrderCommand, OrderTimelineCommand],
    ...[EventsCommand, ListEventsCommand, VerifyEventsCommand],
    ...projectionsCommands,
  ],
})
export class CliModule {}
