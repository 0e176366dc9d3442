import { Injectable, Logger } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { EventStore } from '#event-store';
import { Drift } from './drift';
import { DriftCheck } from './drift-check';
import { Wakeups } from '../live/wakeups';
import { ProjectionRegistry, type ProjectionTable } from '../live/registry';
import { Rounds, newWalk, type Walk } from './rounds';
import { Throttle } from '../rebuild/throttle';
import { StreamDatabase } from '../../streams/stream-database';

const TICK_MS = 1_000;
/** The progress is stored every ten ticks, and in each tick with a finding. */
const SAVE_TICKS = 10;
const mostOpen = 50;

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
 * Checks the rows of a live read model against their events, again and again. It only reads, and skips a tick while
 * the shop is slow. docs/decisions/0031 says what it finds, and how soon.
 */
@Injectable()
export class Sentinel {
  private readonly log = new Logger('Sentinel');

  constructor(
    private readonly db: StreamDatabase,
    private readonly store: EventStore,
    private readonly registry: ProjectionRegistry,
    private readonly drift: Drift,
    private readonly throttle: Throttle,
    private readonly wakeups: Wakeups,
  ) {}

  async run(name: string, stop: AbortSignal): Promise<void> {
    let watch: Watch | undefined;
    while (!stop.aborted) {
      await this.wakeups.wait([], TICK_MS, stop);
      if (stop.aborted) break;
      try {
        watch = await this.watch(name, watch);
        if (watch && !(await this.throttle.isSlow(name))) await this.tick(watch);
      } catch (error) {
        if (!stop.aborted) this.log.warn(`the drift check of ${name} failed: ${(error as Error).message}`);
        watch = undefined;
      }
    }
    if (watch) await this.save(watch).catch(() => undefined);
  }

  /** Looks up the live table again, because a rebuild may have replaced it. */
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

  /** One tick: checks the next orders of each round, and the orders with open findings. */
  async tick(watch: Watch): Promise<number> {
    const { table, walk, rounds, check } = watch;
    const open = await this.drift.open(table.relation, mostOpen);
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
