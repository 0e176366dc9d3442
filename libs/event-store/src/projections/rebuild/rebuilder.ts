import { Injectable, Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { EventStore, type RecordedEvent } from '#event-store';
import { withoutPublishing } from '#messaging';
import { activity } from '#platform/system';
import { readEventsAsOf } from '../live/as-of';
import { Comparer } from '../compare/comparer';
import { Diffs } from '../compare/diffs';
import { Follower } from '../live/follower';
import { foldBatch } from '../live/fold';
import { GoLive } from './go-live';
import { MOST_EVENTS_BEHIND } from './position-aligner';
import { BatchSize } from '../live/batch-size';
import { Wakeups } from '../live/wakeups';
import type { RebuildRow } from './rebuild';
import { RebuildNotReady } from './rebuild-errors';
import { RebuildRows } from './rebuild-rows';
import { ProjectionRegistry } from '../live/registry';
import { RollBack } from './roll-back';
import { TableWriter } from '../live/table-writer';
import { Throttle } from './throttle';
import { StreamDatabase } from '../../streams/stream-database';

const MOST_FAILURES = 10;

/**
 * Runs rebuilds. A rebuild continues from the checkpoint of its table, so after a crash at most one batch is repeated.
 */
@Injectable()
export class Rebuilder {
  private readonly log = new Logger('Rebuilder');

  constructor(
    private readonly db: StreamDatabase,
    private readonly store: EventStore,
    private readonly registry: ProjectionRegistry,
    private readonly rows: RebuildRows,
    private readonly comparer: Comparer,
    private readonly diffs: Diffs,
    private readonly goLive: GoLive,
    private readonly rollBack: RollBack,
    private readonly throttle: Throttle,
    private readonly wakeups: Wakeups,
  ) {}

  /** Works on rebuilds and rollbacks of this projection until `stop` is aborted. */
  async run(name: string, stop: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stop.aborted) {
      try {
        const since = this.wakeups.countSoFar(['rebuilds']);
        const row = await this.rows.findCurrent(name);
        const rollback = row ? undefined : await this.rows.findRollback(name);
        if (row) await this.runState(row, stop);
        else if (rollback) await this.rollBack.run(rollback, stop);
        else await this.wakeups.wait(['rebuilds'], activity.checkAfter(1_000), stop, since);
        failures = 0;
      } catch (error) {
        if (stop.aborted) return;
        failures += 1;
        this.log.error(`the rebuild of ${name} failed ${failures} times in a row`, (error as Error)?.stack);
        if (failures >= MOST_FAILURES) await this.giveUp(name, error).catch(() => undefined);
        await this.wakeups.wait([], Math.min(100 * 2 ** failures, 5_000), stop);
      }
    }
  }

  private async runState(row: RebuildRow, stop: AbortSignal): Promise<void> {
    switch (row.state) {
      case 'preparing':
        return this.prepare(row);
      case 'replaying':
        return row.orders ? this.replayOrders(row) : this.follow(row, stop);
      case 'comparing':
        return this.compare(row, stop);
      case 'ready':
        return row.goLive === 'auto' ? this.switchOver(row, stop) : this.follow(row, stop);
      default:
        return this.follow(row, stop);
    }
  }

  private async prepare(row: RebuildRow): Promise<void> {
    await this.registry.retireKept(row.name, 1);
    await this.registry.tryToDropRetired(row.name);
    const table = await this.registry.findTable(row.relation);
    await this.registry.createTable(row.relation, this.registry.projectionOf(table!));
    await this.rows.changeState(row, 'replaying');
  }

  /**
   * Handles batches until the state of the rebuild changes or `stop` is aborted. This method or an admin changes the
   * state.
   */
  private async follow(row: RebuildRow, stop: AbortSignal): Promise<void> {
    const table = await this.registry.findTable(row.relation);
    const setAside = new Set(await this.registry.listSetAside(row.relation));
    const only = row.orders ? new Set(row.orders) : undefined;
    const follower = new Follower(this.db, this.store, this.registry.projectionOf(table!), table!, setAside, only);
    const size = new BatchSize(this.db);
    while (!stop.aborted) {
      const since = this.wakeups.countSoFar(['log', 'rebuilds']);
      const batch = await size.eventsAfter(follower.at);
      const { outcome, events } = await withoutPublishing(row.name, () => follower.step(batch));
      crashPoint(`rebuild.${row.state}`);
      if (outcome === 'lost') return;
      if (await this.advance(row, follower.at)) return;
      if (outcome === 'idle' || (events > 0 && events < batch)) {
        if (row.goLive === 'auto' && row.state === 'ready') return;
        await this.wakeups.wait(['log', 'rebuilds'], row.state === 'ready' ? 500 : 20, stop, since);
        if (!(await this.rows.isUnchanged(row))) return;
      } else await this.throttle.pauseIfSlow(row, stop);
    }
  }

  /**
   * Moves the rebuild to its next state if its table has reached the needed position. Returns true if the state was
   * changed.
   */
  private async advance(row: RebuildRow, position: number): Promise<boolean> {
    const done = row.orders ? undefined : position;
    switch (row.state) {
      case 'replaying':
        return position >= row.target && this.rows.changeState(row, 'catching-up', done);
      case 'catching-up':
        return (await this.isCloseToLive(row, position)) && this.rows.changeState(row, 'comparing', done);
      case 'comparing':
        return (await this.isCloseToLive(row, position)) && this.rows.changeState(row, 'ready', done);
      default:
        return false;
    }
  }

  /** Whether the live table and the rebuilt table are almost at the same position. Also stores the progress. */
  private async isCloseToLive(row: RebuildRow, position: number): Promise<boolean> {
    const head = await this.store.head();
    if (!row.orders) await this.rows.storeProgress(row, position, head);
    const live = await this.registry.live(row.name);
    return Math.abs((live?.position ?? position) - position) <= MOST_EVENTS_BEHIND;
  }

  /** The rebuilt table is not updated during the comparison. After the comparison it catches up again. */
  private async compare(row: RebuildRow, stop: AbortSignal): Promise<void> {
    if (await this.diffs.findResult(row.id)) return this.follow(row, stop);
    await this.registry.analyze(row.relation);
    const compared = await this.comparer.compare(row, stop);
    if (!compared) await this.wakeups.wait(['moved', 'rebuilds'], 20, stop);
  }

  /** Single orders are read from their own streams, so the rebuild does not read the whole log. */
  private async replayOrders(row: RebuildRow): Promise<void> {
    const table = (await this.registry.findTable(row.relation))!;
    const projection = this.registry.projectionOf(table);
    const streams: RecordedEvent[] = [];
    for (const id of row.orders!) streams.push(...(await readEventsAsOf(this.store, id, row.target)));
    const total = streams.length;
    await this.rows.storeProgress(row, 0, total);
    const folded = withoutPublishing(row.name, () => foldBatch(projection, new Map(), streams));
    const move = { from: table.position, to: Math.max(row.target, table.position), epoch: table.epoch, rate: 0 };
    const written = await new TableWriter(this.db, projection, row.relation).writeRows(move, folded);
    if (!written) return;
    await this.rows.storeProgress(row, total, total);
    await this.rows.changeState(row, 'catching-up');
  }

  private async switchOver(row: RebuildRow, stop: AbortSignal): Promise<void> {
    try {
      await this.goLive.now(row.name, row.id);
    } catch (error) {
      if (!(error instanceof RebuildNotReady)) throw error;
      await this.follow(row, stop); // many events were appended meanwhile
    }
  }

  private async giveUp(name: string, error: unknown): Promise<void> {
    const row = await this.rows.findCurrent(name);
    const rollback = row ? undefined : await this.rows.findRollback(name);
    if (rollback) return this.rollBack.giveUp(rollback, error);
    if (!row) return;
    await this.db.transaction(async () => {
      const failed = await this.rows.changeState(row, 'failed', undefined, String((error as Error)?.message ?? error));
      if (!failed) return;
      await this.registry.lock(row.relation);
      await this.registry.retire(row.relation);
    });
  }
}
