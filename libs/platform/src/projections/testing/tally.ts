import type { Database } from '#platform/database';
import { EventTypes, type RecordedEvent } from '#platform/event-store';
import { SystemIds } from '#platform/system';
import { storeOn } from '../../event-store/testing/store';
import { GoLive } from '../go-live';
import { LiveRunner } from '../live-runner';
import type { Projection } from '../projection';
import { ProjectionSet } from '../projection-set';
import { Pulse } from '../pulse';
import { ReadModels } from '../read-models';
import { Rebuilder } from '../rebuilder';
import { Rebuilds } from '../rebuilds';
import { ProjectionRegistry } from '../registry';

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
  project(view, event: RecordedEvent) {
    const { n = 1, poison } = event.data as { n?: number; poison?: boolean };
    if (poison && !digests) throw new Error('poison');
    return { count: (view?.count ?? 0) + 1, sum: (view?.sum ?? 0) + n };
  },
});

/** What one process has of projections, on a database. */
export function projectionsOn(db: Database, projections: readonly Projection[], types?: EventTypes) {
  const { store, sequencer } = storeOn(db, types);
  const set = new ProjectionSet(projections);
  const pulse = new Pulse();
  const registry = new ProjectionRegistry(db, set);
  const rebuilds = new Rebuilds(db, registry, set, store, new SystemIds(), pulse);
  const goLive = new GoLive(db, store, registry, rebuilds, pulse);
  const live = new LiveRunner(db, store, registry, pulse);
  const rebuilder = new Rebuilder(db, store, registry, rebuilds, goLive, pulse);
  const models = new ReadModels(db, registry, store, pulse);
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
  return { store, sequencer, registry, rebuilds, goLive, live, rebuilder, models, pulse, lead };
}
