import type { Provider } from '@nestjs/common';
import { GoLive } from './go-live';
import { LiveRunner } from './live-runner';
import { ProjectionMetrics } from './metrics';
import type { Projection } from './projection';
import { ProjectionSet } from './projection-set';
import { Pulse } from './pulse';
import { ReadModels } from './read-models';
import { Rebuilder } from './rebuilder';
import { Rebuilds } from './rebuilds';
import { ProjectionRegistry } from './registry';
import { ProjectionRunner } from './runner';

/** The read models of a context; to stand among its module's providers, beside its Database and EventStore. */
export const contextProjections = (projections: readonly Projection[]): Provider[] => [
  { provide: ProjectionSet, useValue: new ProjectionSet(projections) },
  Pulse,
  ProjectionRegistry,
  ReadModels,
  Rebuilds,
  GoLive,
  LiveRunner,
  Rebuilder,
  ProjectionRunner,
  ProjectionMetrics,
];
