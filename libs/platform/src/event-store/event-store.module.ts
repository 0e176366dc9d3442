import { Module, type DynamicModule } from '@nestjs/common';
import { Config, type ContextName } from '#platform/config';
import { DatabaseModule, Databases } from '#platform/database';
import { Leadership } from '#platform/leadership';
import { contextMessaging, Outbox } from '#platform/messaging';
import { Clock } from '#platform/system';
import { EventStore } from './event-store';
import type { EventTypes } from './event-types';
import { LogSignals } from './log-signals';
import { PgEventStore } from './pg-event-store';
import { SealKey } from './seal-key';
import { Sealer } from './sealer';
import { Sequencer } from './sequencer';
import { StoreCare } from './store-care.job';

@Module({})
class ContextEventStoreModule {}

/** For the module of a context with streams: its `EventStore`, numbered and sealed by whichever process leads. */
export function contextEventStore(context: ContextName, types: EventTypes): DynamicModule {
  return {
    module: ContextEventStoreModule,
    imports: [DatabaseModule, contextMessaging(context)],
    providers: [
      { provide: 'context', useValue: context },
      { provide: LogSignals, inject: [Leadership], useFactory: (peers: Leadership) => new LogSignals(context, peers) },
      { provide: SealKey, inject: [Config], useFactory: (config: Config) => new SealKey(config.sealSigningKey) },
      {
        provide: EventStore,
        inject: [Databases, LogSignals, SealKey, Outbox],
        useFactory: (databases: Databases, signals: LogSignals, key: SealKey, outbox: Outbox) =>
          new PgEventStore(databases.of(context), types, signals, key, outbox),
      },
      {
        provide: Sequencer,
        inject: [Databases, Leadership, LogSignals, Clock, SealKey],
        useFactory: (databases: Databases, peers: Leadership, signals: LogSignals, clock: Clock, key: SealKey) =>
          new Sequencer(databases.of(context), peers, signals, new Sealer(databases.of(context), clock, key)),
      },
      {
        provide: StoreCare,
        inject: [Databases, Leadership, LogSignals],
        useFactory: (databases: Databases, peers: Leadership, signals: LogSignals) =>
          new StoreCare(databases.of(context), peers, signals),
      },
    ],
    exports: [EventStore],
  };
}
