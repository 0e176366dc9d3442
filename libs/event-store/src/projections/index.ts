export type { Amount, RebuildDiff, ShownDifference } from './compare/comparison';
export { contextProjections } from './live/context-projections';
export { createProjectionTable } from './live/ddl';
export { Diffs } from './compare/diffs';
export { Drift, type DriftFinding, type DriftWalk } from './drift/drift';
export { foldBatch, type Failure, type Folded } from './live/fold';
export { GoLive } from './rebuild/go-live';
export { KeptTables } from './rebuild/kept-tables';
export { MOST_EVENTS_BEHIND } from './rebuild/position-aligner';
export { isBehind, type Column, type ColumnType, type Projection, type Row } from './live/projection';
export { ProjectionSet } from './live/projection-set';
export { Wakeups } from './live/wakeups';
export { ReadModels } from './live/read-models';
export {
  rebuildStates,
  type ListedRebuild,
  type Rebuild,
  type RebuildCursor,
  type RebuildState,
} from './rebuild/rebuild';
export * from './rebuild/rebuild-errors';
export { Rebuilds } from './rebuild/rebuilds';
export { ProjectionRegistry, ReducerMissing, type ProjectionTable } from './live/registry';
export { ProjectionRunner } from './live/runner';
export { SetAside, type AsideOrder, type Retried } from './live/set-aside';
export { subscriptionStates, type ProjectionStatus, type SubscriptionState } from './live/status';
