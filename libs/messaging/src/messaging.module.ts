import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { DatabaseModule } from '#database';
import { LeadershipModule } from '#database/leadership';
import { Branches } from './outbox/branches';
import { HandOver } from './hand-over/hand-over';
import { Identities } from './instances/identities';
import { Instances } from './instances/instances';
import { LocalTransport } from './outbox/local-transport';
import { OutboxPublisher, OutboxPublisherModule } from './outbox/outbox-publisher';
import { OutboxCare } from './outbox/outbox-care.job';
import { PostOffice } from './outbox/post-office';
import { UnheardCare } from './instances/unheard.job';
import { QueueCare } from './inbox/queue-care.job';
import { Relays } from './outbox/relays';
import { Transport } from './outbox/transport';
import { Redeliveries } from './upkeep/redelivery';
import { SubscriptionDesk } from './upkeep/subscription-desk';

/** The parts of messaging that all contexts share, and Nest's buses. `contextMessaging` imports this module. */
@Global()
@Module({
  imports: [
    // Nest's EventBus publishes to the outbox.
    CqrsModule.forRootAsync({
      imports: [OutboxPublisherModule],
      inject: [OutboxPublisher],
      useFactory: (eventPublisher: OutboxPublisher) => ({ eventPublisher: eventPublisher as never }),
    }),
    OutboxPublisherModule,
    DiscoveryModule,
    DatabaseModule,
    LeadershipModule,
  ],
  providers: [
    Branches,
    Identities,
    Instances,
    Relays,
    HandOver,
    PostOffice,
    QueueCare,
    UnheardCare,
    OutboxCare,
    Redeliveries,
    SubscriptionDesk,
    { provide: Transport, useClass: LocalTransport },
  ],
  exports: [OutboxPublisherModule, HandOver, PostOffice, Branches, Instances, Relays, Transport, Redeliveries, SubscriptionDesk],
})
export class MessagingModule {}
