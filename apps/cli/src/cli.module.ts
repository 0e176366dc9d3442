import { Module } from '@nestjs/common';
import { Operator } from './operator';
import { AuditCommand } from './audit/audit.command';
import { ListAuditCommand } from './audit/list-audit.command';
import { MigrateCommand } from './database/migrate.command';
import { SeedCommand } from './database/seed.command';
import { DeadLettersCommand } from './dead-letters/dead-letters.command';
import { DropDeadLetterCommand } from './dead-letters/drop-dead-letter.command';
import { ListDeadLettersCommand } from './dead-letters/list-dead-letters.command';
import { RedriveDeadLettersCommand } from './dead-letters/redrive-dead-letters.command';
import { ShowDeadLetterCommand } from './dead-letters/show-dead-letter.command';
import { EraseCommand } from './erase/erase.command';
import { EraseOrderCommand } from './erase/erase-order.command';
import { EraseStatusCommand } from './erase/erase-status.command';
import { EraseUserCommand } from './erase/erase-user.command';
import { EventsCommand } from './events/events.command';
import { ListEventsCommand } from './events/list-events.command';
import { VerifyEventsCommand } from './events/verify-events.command';
import { PublicKeyCommand } from './events/public-key.command';
import { DiffOrderCommand } from './orders/diff-order.command';
import { OrderEvidenceCommand } from './orders/order-evidence.command';
import { OrderHistoryCommand } from './orders/order-history.command';
import { OrderStateCommand } from './orders/order-state.command';
import { OrderTimelineCommand } from './orders/order-timeline.command';
import { OrdersCommand } from './orders/orders.command';
import { ListProcessesCommand } from './processes/list-processes.command';
import { ProcessesCommand } from './processes/processes.command';
import { ShowProcessCommand } from './processes/show-process.command';
import { CompensateProcessCommand, RetryProcessCommand } from './processes/tend-process.command';
import { projectionsCommands } from './projections/projections.command';
import { VerifyEvidenceCommand } from './orders/verify-evidence.command';
import { WhatIfCommand } from './orders/what-if.command';

/** `npm run shop -- …`: what an operator does from a terminal. */
@Module({
  providers: [
    Operator,
    ...[MigrateCommand, SeedCommand],
    ...[OrdersCommand, OrderHistoryCommand, OrderStateCommand, DiffOrderCommand, OrderTimelineCommand],
    ...[WhatIfCommand, OrderEvidenceCommand, VerifyEvidenceCommand],
    ...[EventsCommand, ListEventsCommand, VerifyEventsCommand, PublicKeyCommand],
    ...projectionsCommands,
    ...[DeadLettersCommand, ListDeadLettersCommand, ShowDeadLetterCommand],
    ...[RedriveDeadLettersCommand, DropDeadLetterCommand],
    ...[ProcessesCommand, ListProcessesCommand, ShowProcessCommand, RetryProcessCommand, CompensateProcessCommand],
    ...[AuditCommand, ListAuditCommand],
    ...[EraseCommand, EraseUserCommand, EraseOrderCommand, EraseStatusCommand],
  ],
})
export class CliModule {}
