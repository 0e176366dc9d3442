import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { DatabaseModule } from '#database';
import { LeadershipModule } from '#database/leadership';
import { MessageEndpoints } from './outbox/message-endpoints';
import { EarlyBusesModule } from './messages/early-buses.module';
import { HandOver } from './hand-over/hand-over';
import { Identities } from './instances/identities';
import { Instances } from './instances/instances';
import { LocalTransport } from './outbox/local-transport';
import { OutboxPublisher, OutboxPublisherModule } from './outbox/outbox-publisher';
import { OutboxMaintenance } from './outbox/outbox-maintenance.job';
import { MessagingRuntime } from './outbox/messaging-runtime';
import { UnhandledMessages } from './instances/unhandled-messages.job';
import { InboxMaintenance } from './inbox/inbox-maintenance.job';
import { Relays } from './outbox/relays';
import { Transport } from './outbox/transport';
import { Redeliveries } from './upkeep/redelivery';
import { SubscriptionAdmin } from './upkeep/subscription-admin';

/** The parts of messaging that all contexts share, and Nest's buses. `contextMessaging` imports this module. */
@Global()
@Module({
  imports: [
    // Nest's EventBus publishes to the outbox.
    {
      ...CqrsModule.forRootAsync({
        imports: [OutboxPublisherModule],
        inject: [OutboxPublisher],
        useFactory: (eventPublisher: OutboxPublisher) => ({ eventPublisher: eventPublisher as never }),
      }),
      module: EarlyBusesModule,
    },
    OutboxPublisherModule,
    DiscoveryModule,
    DatabaseModule,
    LeadershipModule,
  ],
  providers: [
    MessageEndpoints,
    Identities,
    Instances,
    Relays,
    HandOver,
    MessagingRuntime,
    InboxMaintenance,
    UnhandledMessages,
    OutboxMaintenance,
    Redeliveries,
    SubscriptionAdmin,
    { provide: Transport, useClass: LocalTransport },
  ],
  exports: [
    OutboxPublisherModule,
    HandOver,
    MessagingRuntime,
    MessageEndpoints,
    Instances,
    Relays,
    Transport,
    Redeliveries,
    SubscriptionAdmin,
  ],
})
export class MessagingModule {}
