import type { Database } from '#platform/database';
import { EventTypes, type LoggedEvent } from '#platform/event-store';
import { SystemIds } from '#platform/system';
import { storeOn } from '../../event-store/testing/store';
import { Comparer } from '../comparer';
import { Diffs } from '../diffs';
import { Drift } from '../drift';
import { GoLive } from '../go-live';
import { KeptTables } from '../kept-tables';
import { Leveller } from '../leveller';
import { LiveRunner } from '../live-runner';
import type { Projection } from '../projection';
import { ProjectionSet } from '../projection-set';
import { Pulse } from '../pulse';
import { ReadModels } from '../read-models';
import { RebuildRows } from '../rebuild-rows';
import { Rebuilder } from '../rebuilder';
import { Rebuilds } from '../rebuilds';
import { ProjectionRegistry } from '../registry';
import { RollBack } from '../roll-back';
import { Sentinel } from '../sentinel';
import { SetAside } from '../set-aside';
import { ProjectionStatuses } from '../status';
import { Throttle, YieldAfter } from '../throttle';
import { Upgrade } from '../upgrade';

export interface Tally {
  readonly count: number;
  readonly sum: number;
}

/** Counts an order's events, and adds up their `n`; it chokes on `poison`, and its column on a number too large. */
export const tallyOf = (name: string, version = 1, digests = false): Projection<Tally> => ({
  name,
  version,
  columns: { sum: { type: 'integer', of: (view) => view.sum } },
  indexes: [['sum desc', 'order_id']],
  project(view, event: LoggedEvent) {
    const { n = 1, poison } = event.data as { n?: number; poison?: boolean };
    if (poison && !digests) throw new Error('poison');
    return { count: (view?.count ?? 0) + 1, sum: (view?.sum ?? 0) + n };
  },
});

/** What one process has of projections, on a database. */
export function projectionsOn(
  db: Database,
  projections: readonly Projection[],
  types?: EventTypes,
  { yieldMs = 250 }: { yieldMs?: number } = {},
) {
  const { store, sequencer, outbox } = storeOn(db, types);
  const set = new ProjectionSet(projections);
  const pulse = new Pulse();
  const registry = new ProjectionRegistry(db, set);
  const rows = new RebuildRows(db);
  const rebuilds = new Rebuilds(db, registry, set, store, new SystemIds(), pulse, rows);
  const leveller = new Leveller(db, store, registry);
  const throttle = new Throttle(db, rows, new YieldAfter(yieldMs));
  const diffs = new Diffs(db, rows);
  const comparer = new Comparer(db, store, registry, rows, diffs, throttle);
  const goLive = new GoLive(db, registry, rows, rebuilds, leveller, pulse);
  const rollBack = new RollBack(db, store, registry, rows, leveller, throttle, pulse);
  const setAside = new SetAside(db, store, registry);
  const live = new LiveRunner(db, store, registry, setAside, pulse);
  const rebuilder = new Rebuilder(
    ...([db, store, registry, rows, comparer, diffs, goLive, rollBack, throttle, pulse] as const),
  );
  const models = new ReadModels(db, registry, set, new ProjectionStatuses(db, registry, store), pulse);
  const drift = new Drift(db);
  const sentinel = new Sentinel(db, store, registry, drift, throttle, pulse);
  const kept = new KeptTables(registry, rows);
  const upgrade = new Upgrade(set, registry, rows, rebuilds, pulse);
  store.onNumbered(() => pulse.tell('log'));

  /** Leads everything, until the answer is called. */
  const lead = (...names: string[]): (() => Promise<void>) => {
    const stop = new AbortController();
    const over = Promise.all([
      sequencer.lead(stop.signal),
      ...names.flatMap((name) => [live.run(name, stop.signal), rebuilder.run(name, stop.signal)]),
    ]);
    return async () => {
      stop.abort();
      await over;
    };
  };
  return {
    ...{ store, sequencer, outbox, registry, rows, rebuilds, diffs, goLive, live, rebuilder, models, setAside },
    ...{ drift, sentinel, kept, throttle, pulse, upgrade, lead },
  };
}
