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
import type { Reducer } from './reducer';
import { SealKey } from './seal-key';
import { Sealer } from './sealer';
import { Sequencer } from './sequencer';
import { Snapshots } from './snapshots.store';
import { StoreCare } from './store-care.job';

type Parts = [LogSignals, SealKey, Outbox, Clock, Snapshots];

@Module({})
class ContextEventStoreModule {}

/**
 * For the module of a context with streams: its `EventStore`, numbered and sealed by whichever process leads. Of the
 * `reducers` that fold its streams, snapshots of earlier versions are thrown away.
 */
export function contextEventStore(
  context: ContextName,
  types: EventTypes,
  reducers: readonly Pick<Reducer<never>, 'name' | 'version'>[] = [],
): DynamicModule {
  return {
    module: ContextEventStoreModule,
    imports: [DatabaseModule, contextMessaging(context)],
    providers: [
      { provide: 'context', useValue: context },
      { provide: LogSignals, inject: [Leadership], useFactory: (peers: Leadership) => new LogSignals(context, peers) },
      {
        provide: SealKey,
        inject: [Config],
        useFactory: (config: Config) => new SealKey(config.sealSigningKey, config.sealFormerKeys),
      },
      {
        provide: Snapshots,
        inject: [Databases],
        useFactory: (databases: Databases) => new Snapshots(databases.of(context), types),
      },
      {
        provide: EventStore,
        inject: [Databases, LogSignals, SealKey, Outbox, Clock, Snapshots],
        useFactory: (databases: Databases, ...[signals, key, outbox, clock, snapshots]: Parts) =>
          new PgEventStore(databases.of(context), types, signals, key, outbox, clock, snapshots),
      },
      {
        provide: Sequencer,
        inject: [Databases, Leadership, LogSignals, Clock, SealKey],
        useFactory: (databases: Databases, peers: Leadership, signals: LogSignals, clock: Clock, key: SealKey) =>
          new Sequencer(databases.of(context), peers, signals, new Sealer(databases.of(context), clock, key)),
      },
      {
        provide: StoreCare,
        inject: [Databases, Leadership, LogSignals, Snapshots],
        useFactory: (databases: Databases, peers: Leadership, signals: LogSignals, snapshots: Snapshots) =>
          new StoreCare(databases.of(context), peers, signals, () => snapshots.prune(reducers)),
      },
    ],
    exports: [EventStore],
  };
}
