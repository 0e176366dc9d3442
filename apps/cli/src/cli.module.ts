import { Module } from '@nestjs/common';
import { ShopOpener } from './shop-opener';
import { AuditCommand } from './audit/audit.command';
import { ListAuditCommand } from './audit/list-audit.command';
import { MigrateCommand } from './database/migrate.command';
import { SeedCommand } from './database/seed.command';
import { DeadLettersCommand } from './dead-letters/dead-letters.command';
import { DropDeadLetterCommand } from './dead-letters/drop-dead-letter.command';
import { ListDeadLettersCommand } from './dead-letters/list-dead-letters.command';
import { RedriveDeadLettersCommand } from './dead-letters/redrive-dead-letters.command';
import { ShowDeadLetterCommand } from './dead-letters/show-dead-letter.command';
import { DropSubscriptionCommand } from './delivery/drop-subscription.command';
import { HandlersCommand, ReplayHandlerCommand } from './delivery/handlers.command';
import { InstancesCommand } from './delivery/instances.command';
import { ListSubscriptionsCommand } from './delivery/list-subscriptions.command';
import { LostMessagesCommand } from './delivery/lost-messages.command';
import { OutboxCommand, ResendCommand } from './delivery/outbox.command';
import { SubscriptionsCommand } from './delivery/subscriptions.command';
import { EraseCommand } from './erase/erase.command';
import { EraseOrderCommand } from './erase/erase-order.command';
import { EraseReapplyCommand } from './erase/erase-reapply.command';
import { EraseStatusCommand } from './erase/erase-status.command';
import { EraseUserCommand } from './erase/erase-user.command';
import { EventsCommand } from './events/events.command';
import { ExportEventsCommand } from './events/export-events.command';
import { VerifyExportCommand } from './events/verify-export.command';
import { ListEventsCommand } from './events/list-events.command';
import { VerifyEventsCommand } from './events/verify-events.command';
import { PublicKeyCommand } from './events/public-key.command';
import { ResealCommand } from './events/reseal.command';
import { RestoredCommand } from './events/restored.command';
import { journalsCommands } from './journals/journals.command';
import { DiffOrderCommand } from './orders/diff-order.command';
import { MendHeadCommand } from './orders/mend-head.command';
import { OrderEvidenceCommand } from './orders/order-evidence.command';
import { OrderHistoryCommand } from './orders/order-history.command';
import { OrderStateCommand } from './orders/order-state.command';
import { OrderTimelineCommand } from './orders/order-timeline.command';
import { OrdersCommand } from './orders/orders.command';
import { CompareSagasCommand } from './sagas/compare-sagas.command';
import { ListSagasCommand } from './sagas/list-sagas.command';
import { SagasCommand } from './sagas/sagas.command';
import { ShowSagaCommand } from './sagas/show-saga.command';
import { CompensateSagaCommand, RetrySagaCommand } from './sagas/intervene.command';
import { projectionsCommands } from './projections/projections.command';
import { ChangeRoleCommand } from './users/change-role.command';
import { UsersCommand } from './users/users.command';
import { VerifyEvidenceCommand } from './orders/verify-evidence.command';
import { VoidEventCommand } from './orders/void-event.command';
import { WhatIfCommand } from './orders/what-if.command';

/** The commands of `npm run shop -- …`, for an operator at a terminal. */
@Module({
  providers: [
    ShopOpener,
    ...[MigrateCommand, SeedCommand],
    ...[OrdersCommand, OrderHistoryCommand, OrderStateCommand, DiffOrderCommand, OrderTimelineCommand],
    ...[WhatIfCommand, OrderEvidenceCommand, VerifyEvidenceCommand, VoidEventCommand, MendHeadCommand],
    ...[EventsCommand, ListEventsCommand, VerifyEventsCommand, PublicKeyCommand, RestoredCommand, ResealCommand],
    ...[ExportEventsCommand, VerifyExportCommand],
    ...projectionsCommands,
    ...journalsCommands,
    ...[DeadLettersCommand, ListDeadLettersCommand, ShowDeadLetterCommand],
    ...[RedriveDeadLettersCommand, DropDeadLetterCommand],
    ...[SagasCommand, ListSagasCommand, ShowSagaCommand, RetrySagaCommand, CompensateSagaCommand],
    CompareSagasCommand,
    ...[InstancesCommand, SubscriptionsCommand, ListSubscriptionsCommand, DropSubscriptionCommand],
    ...[OutboxCommand, ResendCommand, LostMessagesCommand, HandlersCommand, ReplayHandlerCommand],
    ...[AuditCommand, ListAuditCommand],
    ...[UsersCommand, ChangeRoleCommand],
    ...[EraseCommand, EraseUserCommand, EraseOrderCommand, EraseStatusCommand, EraseReapplyCommand],
  ],
})
export class CliModule {}
