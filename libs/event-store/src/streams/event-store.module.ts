import { Module, type DynamicModule } from '@nestjs/common';
import { Config, type ContextName } from '#platform/config';
import { DatabaseModule, Databases } from '#database';
import { addMessages } from '#platform/http';
import { WITHOUT_JOBS, Leadership } from '#database/leadership';
import { configuredMacKey, MacKey } from '#platform/macs';
import { contextMessaging, Instances, Outbox } from '#messaging';
import { Clock, Ids, LastCheckResult } from '#platform/system';
import { EventStore, SeparateEventStore } from './event-store';
import type { EventTypes } from './event-types';
import { HeadWatch } from '../sequencer/head-watch.job';
import { LogHealth } from '../sequencer/log-health';
import { LogSignals } from '../sequencer/log-signals';
import { MacGate } from '../macs/mac-gate';
import { MacMemory } from '../macs/mac-memory';
import { OlderBuildWatch } from '../macs/older-build-watch.job';
import { PgEventStore } from './pg-event-store';
import type { Reducer } from './reducer';
import { SealKey } from '../seals/seal-key';
import { Sealer } from '../seals/sealer';
import { EventLogHealth } from '../seals/event-log-health';
import { SealAnchor } from '../seals/seal-anchor';
import { SealChain } from '../seals/seal-chain';
import { RestoreListener, SealRepair } from '../seals/seal-repair';
import { SealWatch } from '../seals/seal-watch';
import { Sequencer } from '../sequencer/sequencer';
import { Snapshots } from './snapshots.store';
import { StoreMaintenance, type Prune } from './store-maintenance.job';
import { StreamDatabase } from './stream-database';
import type { StreamTables } from './table-names';
import { Verifications } from '../verifications/verifications';
import { VerificationRows } from '../verifications/verifications.store';

// The types of the last parameters of the factories below.
type StoreDependencies = [LogSignals, SealKey, MacKey, Outbox, Clock, Snapshots, SealChain];
type VerificationParts = [Ids, MacKey, Leadership, LogSignals, Config];
type SequencerParts = [Leadership, LogSignals, SealChain, MacGate];

addMessages({
  en: {
    SEAL_ANCHOR_UNUSABLE:
      'The file in which the newest seal is remembered cannot be used ({reason}): the log of the shop says what to do.',
  },
  vi: {
    SEAL_ANCHOR_UNUSABLE:
      'Không dùng được tệp ghi nhớ niêm phong mới nhất ({reason}): nhật ký của cửa hàng cho biết cần làm gì.',
  },
});

@Module({})
class ContextEventStoreModule {}

/** The parts that a context gives to its event store. */
export interface ContextStreams {
  readonly tables: StreamTables;
  readonly types: EventTypes;
  /** The reducers that fold the streams of the context. Snapshots of earlier versions of these reducers are deleted. */
  readonly reducers?: readonly Reducer<object>[];
  /** Functions that delete old rows. The process that runs the sequencer calls these functions every ten minutes. */
  readonly prunes?: readonly Prune[];
}

/**
 * Returns the module that provides the `EventStore` of a context with streams. The leading process numbers and seals
 * the events.
 */
export function contextEventStore(
  context: ContextName,
  { tables, types, reducers = [], prunes = [] }: ContextStreams,
): DynamicModule {
  return {
    module: ContextEventStoreModule,
    imports: [DatabaseModule, contextMessaging(context)],
    providers: [
      { provide: 'context', useValue: context },
      {
        provide: StreamDatabase,
        inject: [Databases],
        useFactory: (databases: Databases) => new StreamDatabase(databases.of(context), tables),
      },
      {
        provide: LogSignals,
        inject: [Leadership],
        useFactory: (leadership: Leadership) => new LogSignals(context, leadership),
      },
      {
        provide: SealKey,
        inject: [Config],
        useFactory: (config: Config) => new SealKey(config.sealSigningKey, config.sealFormerKeys),
      },
      configuredMacKey,
      { provide: MacMemory, inject: [Config], useFactory: (config: Config) => new MacMemory(config.sealAnchorFile) },
      {
        provide: OlderBuildWatch,
        inject: [StreamDatabase, Instances, MacKey, MacMemory],
        useFactory: (db: StreamDatabase, instances: Instances, key: MacKey, memory: MacMemory) =>
          new OlderBuildWatch(db, instances, key, memory),
      },
      {
        provide: MacGate,
        inject: [StreamDatabase, MacKey, MacMemory],
        useFactory: (db: StreamDatabase, key: MacKey, memory: MacMemory) => new MacGate(db, key, memory),
      },
      {
        provide: SealChain,
        inject: [StreamDatabase, Config, SealKey, Clock, MacGate],
        useFactory: (db: StreamDatabase, { sealAnchorFile }: Config, key: SealKey, clock: Clock, gate: MacGate) =>
          new SealChain(db, key, new SealAnchor(sealAnchorFile), clock, gate),
      },
      {
        provide: SealRepair,
        inject: [SealChain, Clock, { token: RestoreListener, optional: true }],
        useFactory: (chain: SealChain, clock: Clock, restoreListener?: RestoreListener) =>
          new SealRepair(chain, () => clock.now(), restoreListener),
      },
      {
        provide: SealWatch,
        inject: [SealChain, Clock, Config, { token: WITHOUT_JOBS, optional: true }],
        useFactory: (chain: SealChain, clock: Clock, { profile }: Config, withoutJobs?: true) =>
          new SealWatch(chain, () => clock.now(), withoutJobs === true, profile === 'production'),
      },
      {
        provide: EventLogHealth,
        inject: [SealChain, OlderBuildWatch, Verifications],
        useFactory: (chain: SealChain, builds: OlderBuildWatch, verifications: Verifications) =>
          new EventLogHealth(() => chain.problem ?? builds.problem ?? verifications.trouble ?? verifications.failure),
      },
      {
        provide: Verifications,
        inject: [StreamDatabase, EventStore, Ids, MacKey, Leadership, LogSignals, Config],
        useFactory: (
          db: StreamDatabase,
          store: EventStore,
          ...[ids, key, leadership, signals, config]: VerificationParts
        ) =>
          new Verifications(
            store,
            new VerificationRows(db, key),
            ids,
            () => leadership.leads(signals.sequencerTask),
            new LastCheckResult(`${config.sealAnchorFile}-verified`),
          ),
      },
      {
        provide: Snapshots,
        inject: [StreamDatabase, MacKey, MacMemory],
        useFactory: (db: StreamDatabase, key: MacKey, memory: MacMemory) => new Snapshots(db, types, key, memory),
      },
      {
        provide: EventStore,
        inject: [StreamDatabase, LogSignals, SealKey, MacKey, Outbox, Clock, Snapshots, SealChain],
        useFactory: (
          db: StreamDatabase,
          ...[signals, key, macKey, outbox, clock, snapshots, seals]: StoreDependencies
        ) => new PgEventStore(db, types, signals, key, macKey, outbox, clock, snapshots, seals),
      },
      {
        provide: SeparateEventStore,
        inject: [Databases, LogSignals, SealKey, MacKey, Outbox, Clock, Snapshots, SealChain],
        useFactory: (
          databases: Databases,
          ...[signals, key, macKey, outbox, clock, snapshots, seals]: StoreDependencies
        ) => {
          const db = new StreamDatabase(databases.separate(context), tables); // on separate connections
          return new PgEventStore(db, types, signals, key, macKey, outbox, clock, snapshots, seals);
        },
      },
      {
        provide: Sequencer,
        inject: [StreamDatabase, Leadership, LogSignals, SealChain, MacGate],
        useFactory: (db: StreamDatabase, ...[leadership, signals, chain, gate]: SequencerParts) =>
          new Sequencer(db, leadership, signals, new Sealer(chain), gate),
      },
      {
        provide: LogHealth,
        inject: [StreamDatabase, HeadWatch],
        useFactory: (db: StreamDatabase, heads: HeadWatch) => new LogHealth(context, db, heads),
      },
      {
        provide: HeadWatch,
        inject: [StreamDatabase, Leadership, LogSignals],
        useFactory: (db: StreamDatabase, leadership: Leadership, signals: LogSignals) =>
          new HeadWatch(db, leadership, signals),
      },
      {
        provide: StoreMaintenance,
        inject: [StreamDatabase, Leadership, LogSignals, Snapshots],
        useFactory: (db: StreamDatabase, leadership: Leadership, signals: LogSignals, snapshots: Snapshots) =>
          new StoreMaintenance(
            db,
            leadership,
            signals,
            prunes,
            () => snapshots.prune(reducers),
            checkSnapshotsInTurn(snapshots, reducers),
          ),
      },
    ],
    exports: [StreamDatabase, EventStore, SeparateEventStore, SealChain, SealRepair, Verifications, OlderBuildWatch],
  };
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const SNAPSHOTS_PER_CHECK = 5;

/**
 * Each call of the returned function checks a few snapshots of each reducer, and continues where the last call stopped.
 */
function checkSnapshotsInTurn(snapshots: Snapshots, reducers: readonly Reducer<object>[]): () => Promise<void> {
  const cursors = new Map<Reducer<object>, string>();
  return async () => {
    for (const reducer of reducers)
      cursors.set(
        reducer,
        (await snapshots.checkNext(reducer, cursors.get(reducer) ?? FIRST_ID, SNAPSHOTS_PER_CHECK)) ?? FIRST_ID,
      );
  };
}
