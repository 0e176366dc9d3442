import { Injectable, Logger } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database } from '#platform/database';
import { EventStore } from '#platform/event-store';
import { Drift } from './drift';
import { DriftCheck } from './drift-check';
import { Pulse } from './pulse';
import { ProjectionRegistry, type ProjectionTable } from './registry';
import { Rounds, newWalk, type Walk } from './rounds';
import { Throttle } from './throttle';

const TICK_MS = 1_000;
/** Where the sentinel has come is written down every so many ticks, and whenever it found something. */
const SAVE_TICKS = 10;
const known = 50;

interface Watch {
  readonly table: ProjectionTable;
  readonly walk: Walk;
  readonly rounds: Rounds;
  readonly check: DriftCheck;
  ticks: number;
  checked: number;
  finished: number;
}

/**
 * Walks through a live read model for ever, and holds its rows against the events they are made of. It only reads, and
 * leaves out a beat while the shop is slow; see docs/decisions/0011 for what it finds how soon.
 */
@Injectable()
export class Sentinel {
  private readonly log = new Logger('Sentinel');

  constructor(
    private readonly db: Database,
    private readonly store: EventStore,
    private readonly registry: ProjectionRegistry,
    private readonly drift: Drift,
    private readonly throttle: Throttle,
    private readonly pulse: Pulse,
  ) {}

  async run(name: string, stop: AbortSignal): Promise<void> {
    let watch: Watch | undefined;
    while (!stop.aborted) {
      await this.pulse.wait([], TICK_MS, stop);
      if (stop.aborted) break;
      try {
        watch = await this.watch(name, watch);
        if (watch && !(await this.throttle.isSlow(name))) await this.tick(watch);
      } catch (error) {
        if (!stop.aborted) this.log.warn(`looking at ${name} failed: ${(error as Error).message}`);
        watch = undefined;
      }
    }
    if (watch) await this.save(watch).catch(() => undefined);
  }

  /** Whoever was live a moment ago may not be now. */
  async watch(name: string, watch?: Watch): Promise<Watch | undefined> {
    const table = await this.registry.live(name);
    if (!table) return undefined;
    if (watch?.table.relation === table.relation) return { ...watch, table };
    await this.drift.leave(name, table.relation);
    const { relation } = table;
    return {
      ...{ table, ticks: 0, checked: 0, finished: 0 },
      walk: (await this.drift.walk<Walk>(relation)) ?? newWalk(),
      rounds: new Rounds(this.db, this.store, relation),
      check: new DriftCheck(this.db, this.store, this.registry.of(table), relation),
    };
  }

  /** One beat: a stretch of each round, and what was found before. */
  async tick(watch: Watch): Promise<number> {
    const { table, walk, rounds, check } = watch;
    const open = await this.drift.open(table.relation, known);
    const orders = new Set<Uuid>(open);
    for (const id of await rounds.stretch(walk, table.position)) orders.add(id);
    const found = await check.check([...orders]);
    for (const one of found) {
      const fresh = await this.drift.found(table.name, table.relation, one);
      if (fresh) this.log.warn(`${table.relation}: the row of order ${one.orderId} is ${one.kind}`);
    }
    const wrong = new Set(found.map(({ orderId }) => orderId));
    const healed = open.filter((id) => !wrong.has(id));
    if (healed.length > 0) await this.drift.healed(table.relation, healed);
    watch.checked += orders.size;
    watch.finished += walk.finished;
    walk.finished = 0;
    if (++watch.ticks % SAVE_TICKS === 1 || found.length > 0) await this.save(watch);
    return found.length;
  }

  private async save(watch: Watch): Promise<void> {
    const { checked, finished } = watch;
    await this.drift.reached(watch.table.relation, watch.walk, checked, finished);
    watch.checked -= checked;
    watch.finished -= finished;
  }
}
