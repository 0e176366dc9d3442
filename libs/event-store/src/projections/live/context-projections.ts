import type { Provider } from '@nestjs/common';
import { Config } from '#platform/config';
import { Comparer } from '../compare/comparer';
import { Diffs } from '../compare/diffs';
import { Drift } from '../drift/drift';
import { GoLive } from '../rebuild/go-live';
import { KeptTables } from '../rebuild/kept-tables';
import { PositionAligner } from '../rebuild/position-aligner';
import { LiveRunner } from './live-runner';
import { ProjectionMetrics } from './metrics';
import type { Projection } from './projection';
import { ProjectionSet } from './projection-set';
import { Wakeups } from './wakeups';
import { ReadModels } from './read-models';
import { ReadModelsHealth } from './read-models-health';
import { RebuildRows } from '../rebuild/rebuild-rows';
import { Rebuilder } from '../rebuild/rebuilder';
import { Rebuilds } from '../rebuild/rebuilds';
import { ProjectionRegistry } from './registry';
import { RollBack } from '../rebuild/roll-back';
import { ProjectionRunner } from './runner';
import { Sentinel } from '../drift/sentinel';
import { SetAside } from './set-aside';
import { ProjectionStatuses } from './status';
import { Throttle, RebuildYield } from '../rebuild/throttle';
import { Upgrade } from './upgrade';

/**
 * The providers of a context's read models. The module of the context must also import the event store of the context.
 */
export const contextProjections = (projections: readonly Projection[]): Provider[] => [
  { provide: ProjectionSet, useValue: new ProjectionSet(projections) },
  { provide: RebuildYield, useFactory: (config: Config) => new RebuildYield(config.rebuildYieldMs), inject: [Config] },
  ...[Wakeups, ProjectionRegistry, ProjectionStatuses, ReadModels, SetAside, LiveRunner],
  ...[
    RebuildRows,
    Rebuilds,
    Throttle,
    PositionAligner,
    Diffs,
    Comparer,
    GoLive,
    RollBack,
    KeptTables,
    Rebuilder,
    Upgrade,
  ],
  ...[Drift, Sentinel, ProjectionRunner, ProjectionMetrics, ReadModelsHealth],
];
