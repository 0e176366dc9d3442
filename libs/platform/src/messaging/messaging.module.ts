import { Global, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { DatabaseModule } from '#platform/database';
import { LeadershipModule } from '#platform/leadership';
import { OutboxPublisher } from './announcements';
import { Branches } from './branches';
import { LocalTransport } from './local-transport';
import { PostOffice } from './post-office';
import { QueueCare } from './queue-care.job';
import { Transport } from './transport';

/** What all contexts' messaging has in common. Comes with `contextMessaging`, and with it Nest's buses. */
@Global()
@Module({
  imports: [CqrsModule.forRoot({ eventPublisher: new OutboxPublisher() as never }), DatabaseModule, LeadershipModule],
  providers: [Branches, PostOffice, QueueCare, { provide: Transport, useClass: LocalTransport }],
  exports: [PostOffice, Branches, Transport],
})
export class MessagingModule {}
