import { Injectable, Logger } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { EventStore } from '#event-store';
import { activity } from '#platform/system';
import { Drift } from './drift';
import { DriftCheck } from './drift-check';
import { Wakeups } from '../live/wakeups';
import { ProjectionRegistry, type ProjectionTable } from '../live/registry';
import { Rounds, newProgress, type RoundProgress } from './rounds';
import { Throttle } from '../rebuild/throttle';
import { StreamDatabase } from '../../streams/stream-database';

const TICK_MS = 1_000;
/**
 * The idle pause is shorter than in other jobs, because nothing notifies this job if somebody changes a row with SQL.
 */
const IDLE_TICK_MS = 5_000;
/** The progress is stored every ten ticks, and in each tick with a finding. */
const SAVE_TICKS = 10;
const MOST_OPEN = 50;

interface TableCheck {
  readonly table: ProjectionTable;
  readonly progress: RoundProgress;
  readonly rounds: Rounds;
  readonly check: DriftCheck;
  ticks: number;
  checked: number;
  finished: number;
}

/**
 * Checks the rows of a live read model against their events, again and again. It never changes these rows, and it skips
 * its ticks while the shop is slow. docs/decisions/0031 says which wrong rows it finds, and how soon.
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
    let tableCheck: TableCheck | undefined;
    while (!stop.aborted) {
      await this.wakeups.wait([], activity.checkAfter(TICK_MS, IDLE_TICK_MS), stop);
      if (stop.aborted) break;
      try {
        tableCheck = await this.refreshCheck(name, tableCheck);
        if (tableCheck && (activity.isIdle || !(await this.throttle.isSlow(name)))) await this.tick(tableCheck);
      } catch (error) {
        if (!stop.aborted) this.log.warn(`the drift check of ${name} failed: ${(error as Error).message}`);
        tableCheck = undefined;
      }
    }
    if (tableCheck) await this.save(tableCheck).catch(() => undefined);
  }

  /** Looks up the live table again, because a rebuild has perhaps replaced it. */
  async refreshCheck(name: string, tableCheck?: TableCheck): Promise<TableCheck | undefined> {
    const table = await this.registry.live(name);
    if (!table) return undefined;
    if (tableCheck?.table.relation === table.relation) return { ...tableCheck, table };
    await this.drift.closeForOtherTables(name, table.relation);
    const { relation } = table;
    return {
      ...{ table, ticks: 0, checked: 0, finished: 0 },
      progress: (await this.drift.readProgress<RoundProgress>(relation)) ?? newProgress(),
      rounds: new Rounds(this.db, this.store, relation),
      check: new DriftCheck(this.db, this.store, this.registry.projectionOf(table), relation),
    };
  }

  /** One tick: checks the next orders of each round, and the orders with open findings. */
  async tick(tableCheck: TableCheck): Promise<number> {
    const { table, progress, rounds, check } = tableCheck;
    const open = await this.drift.listOpen(table.relation, MOST_OPEN);
    const orders = new Set<Uuid>(open);
    for (const id of await rounds.nextOrders(progress, table.position)) orders.add(id);
    const found = await check.findConfirmedDrift([...orders]);
    for (const one of found) {
      const isNew = await this.drift.storeFinding(table.name, table.relation, one);
      if (isNew) this.log.warn(`${table.relation}: the row of order ${one.orderId} is ${one.kind}`);
    }
    const wrong = new Set(found.map(({ orderId }) => orderId));
    const healed = open.filter((id) => !wrong.has(id));
    if (healed.length > 0) await this.drift.closeFindings(table.relation, healed);
    tableCheck.checked += orders.size;
    tableCheck.finished += progress.finished;
    progress.finished = 0;
    if (++tableCheck.ticks % SAVE_TICKS === 1 || found.length > 0) await this.save(tableCheck);
    return found.length;
  }

  private async save(tableCheck: TableCheck): Promise<void> {
    const { checked, finished } = tableCheck;
    await this.drift.storeProgress(tableCheck.table.relation, tableCheck.progress, checked, finished);
    tableCheck.checked -= checked;
    tableCheck.finished -= finished;
  }
}
