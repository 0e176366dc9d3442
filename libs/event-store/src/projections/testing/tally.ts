import type { Database } from '#database';
import { EventTypes, type LoggedEvent } from '#event-store';
import { SystemIds } from '#platform/system';
import { storeOn } from '../../testing/store';
import { streamsIn } from '../../testing/tables';
import { Comparer } from '../compare/comparer';
import { Diffs } from '../compare/diffs';
import { Drift } from '../drift/drift';
import { GoLive } from '../rebuild/go-live';
import { KeptTables } from '../rebuild/kept-tables';
import { PositionAligner } from '../rebuild/position-aligner';
import { LiveRunner } from '../live/live-runner';
import type { Projection } from '../live/projection';
import { ProjectionSet } from '../live/projection-set';
import { Wakeups } from '../live/wakeups';
import { ReadModels } from '../live/read-models';
import { RebuildRows } from '../rebuild/rebuild-rows';
import { Rebuilder } from '../rebuild/rebuilder';
import { Rebuilds } from '../rebuild/rebuilds';
import { ProjectionRegistry } from '../live/registry';
import { RollBack } from '../rebuild/roll-back';
import { Sentinel } from '../drift/sentinel';
import { SetAside } from '../live/set-aside';
import { ProjectionStatuses } from '../live/status';
import { Throttle, RebuildYield } from '../rebuild/throttle';
import { Upgrade } from '../live/upgrade';

export interface Tally {
  readonly count: number;
  readonly sum: number;
}

/**
 * A projection that counts an order's events and adds up their `n`. The projection throws for an event with `poison`,
 * and the column refuses a sum that is too large.
 */
export const tallyOf = (name: string, version = 1, acceptsPoison = false): Projection<Tally> => ({
  name,
  version,
  columns: { sum: { type: 'integer', of: (view) => view.sum } },
  indexes: [['sum desc', 'order_id']],
  project(view, event: LoggedEvent) {
    const { n = 1, poison } = event.data as { n?: number; poison?: boolean };
    if (poison && !acceptsPoison) throw new Error('poison');
    return { count: (view?.count ?? 0) + 1, sum: (view?.sum ?? 0) + n };
  },
});

/** Creates the projection classes of one process on a database. */
export function projectionsOn(
  database: Database,
  projections: readonly Projection[],
  types?: EventTypes,
  { yieldMs = 250 }: { yieldMs?: number } = {},
) {
  const db = streamsIn(database);
  const { store, sequencer, outbox } = storeOn(db, types);
  const set = new ProjectionSet(projections);
  const wakeups = new Wakeups();
  const registry = new ProjectionRegistry(db, set);
  const rows = new RebuildRows(db);
  const rebuilds = new Rebuilds(db, registry, set, store, new SystemIds(), wakeups, rows);
  const aligner = new PositionAligner(db, store, registry);
  const throttle = new Throttle(db, rows, new RebuildYield(yieldMs));
  const diffs = new Diffs(db, rows);
  const comparer = new Comparer(db, store, registry, rows, diffs, throttle);
  const goLive = new GoLive(db, registry, rows, rebuilds, aligner, wakeups);
  const rollBack = new RollBack(db, store, registry, rows, aligner, throttle, wakeups);
  const setAside = new SetAside(db, store, registry);
  const live = new LiveRunner(db, store, registry, setAside, wakeups);
  const rebuilder = new Rebuilder(
    ...([db, store, registry, rows, comparer, diffs, goLive, rollBack, throttle, wakeups] as const),
  );
  const models = new ReadModels(db, registry, set, new ProjectionStatuses(db, registry, store), wakeups);
  const drift = new Drift(db);
  const sentinel = new Sentinel(db, store, registry, drift, throttle, wakeups);
  const kept = new KeptTables(registry, rows);
  const upgrade = new Upgrade(set, registry, rows, rebuilds, wakeups);
  store.onNumbered(() => wakeups.wake('log'));

  /** Leads the sequencer and these projections until the returned function is called. */
  const lead = (...names: string[]): (() => Promise<void>) => {
    const stop = new AbortController();
    const ended = Promise.all([
      sequencer.lead(stop.signal),
      ...names.flatMap((name) => [live.run(name, stop.signal), rebuilder.run(name, stop.signal)]),
    ]);
    return async () => {
      stop.abort();
      await ended;
    };
  };
  return {
    ...{ store, sequencer, outbox, registry, rows, rebuilds, diffs, goLive, live, rebuilder, models, setAside },
    ...{ drift, sentinel, kept, throttle, wakeups, upgrade, lead },
  };
}
