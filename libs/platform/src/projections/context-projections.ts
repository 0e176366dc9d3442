import type { Provider } from '@nestjs/common';
import { Config } from '#platform/config';
import { Comparer } from './comparer';
import { Diffs } from './diffs';
import { Drift } from './drift';
import { GoLive } from './go-live';
import { KeptTables } from './kept-tables';
import { Leveller } from './leveller';
import { LiveRunner } from './live-runner';
import { ProjectionMetrics } from './metrics';
import type { Projection } from './projection';
import { ProjectionSet } from './projection-set';
import { Pulse } from './pulse';
import { ReadModels } from './read-models';
import { RebuildRows } from './rebuild-rows';
import { Rebuilder } from './rebuilder';
import { Rebuilds } from './rebuilds';
import { ProjectionRegistry } from './registry';
import { RollBack } from './roll-back';
import { ProjectionRunner } from './runner';
import { Sentinel } from './sentinel';
import { SetAside } from './set-aside';
import { ProjectionStatuses } from './status';
import { Throttle, YieldAfter } from './throttle';
import { Upgrade } from './upgrade';

/** The read models of a context; to stand among its module's providers, beside its Database and EventStore. */
export const contextProjections = (projections: readonly Projection[]): Provider[] => [
  { provide: ProjectionSet, useValue: new ProjectionSet(projections) },
  { provide: YieldAfter, useFactory: (config: Config) => new YieldAfter(config.rebuildYieldMs), inject: [Config] },
  ...[Pulse, ProjectionRegistry, ProjectionStatuses, ReadModels, SetAside, LiveRunner],
  ...[RebuildRows, Rebuilds, Throttle, Leveller, Diffs, Comparer, GoLive, RollBack, KeptTables, Rebuilder, Upgrade],
  ...[Drift, Sentinel, ProjectionRunner, ProjectionMetrics],
];
