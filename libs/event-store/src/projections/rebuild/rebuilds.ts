import { Injectable } from '@nestjs/common';
import { NotFound, type Uuid } from '#kernel';
import { hasSqlState, SqlState } from '#database';
import { EventStore } from '#event-store';
import { Ids } from '#platform/system';
import { newestOf } from '../live/projection';
import { ProjectionSet } from '../live/projection-set';
import { Wakeups } from '../live/wakeups';
import {
  isUnderWay,
  type GoesLive,
  type ListedRebuild,
  type Rebuild,
  type RebuildCursor,
  type RebuildRow,
} from './rebuild';
import { CannotRollBack, OrdersUnknown, RebuildOver, RebuildRunning } from './rebuild-errors';
import { RebuildRows } from './rebuild-rows';
import { ProjectionRegistry, type ProjectionTable } from '../live/registry';
import { StreamDatabase } from '../../streams/stream-database';

const PATIENCE_MS = 10_000;

/** Requests, shows, pauses and cancels rebuilds of a context's projections. The rebuilder does the work. */
@Injectable()
export class Rebuilds {
  constructor(
    private readonly db: StreamDatabase,
    private readonly registry: ProjectionRegistry,
    private readonly set: ProjectionSet,
    private readonly store: EventStore,
    private readonly ids: Ids,
    private readonly wakeups: Wakeups,
    private readonly rows: RebuildRows,
  ) {}

  async start(name: string, goLive: GoesLive, orders: readonly Uuid[] | null, by: string): Promise<Rebuild> {
    const newest = newestOf(this.set.all, name);
    if (!newest) throw new NotFound('projection');
    if (orders) await this.expectExisting(orders);
    const id = this.ids.next();
    const target = await this.store.head();
    await this.db
      .transaction(async () => {
        await this.registry.lockName(name);
        const live = await this.registry.live(name);
        // The rows of single orders are copied into the live table, so the reducer of that table must make them.
        const projection = orders && live ? this.registry.projectionOf(live) : newest;
        if (await this.rows.isBusy(name)) throw new RebuildRunning(name);
        const relation = await this.registry.registerBuilding(projection);
        await this.db.query(
          `insert into projection_rebuilds (id, name, relation, state, go_live, orders, target, total, asked_by)
         values ($1, $2, $3, 'preparing', $4, $5, $6, $7, $8)`,
          [id, name, relation, goLive, orders, target, orders ? 0 : target, by],
        );
      })
      .catch((error: unknown) => {
        // The unique index accepts only one of two simultaneous requests.
        if (hasSqlState(error, SqlState.uniqueViolation)) throw new RebuildRunning(name);
        throw error;
      });
    this.wakeups.wakeAllProcesses('rebuilds');
    return this.view(name, id);
  }

  private async expectExisting(orders: readonly Uuid[]): Promise<void> {
    const unknown = await this.rows.findUnknown(orders);
    const named = orders.map((id, index) => ({ index, id })).filter(({ id }) => unknown.has(id));
    if (named.length > 0) throw new OrdersUnknown(named);
  }

  async view(name: string, id: Uuid): Promise<Rebuild> {
    const row = await this.rows.readRow(name, id);
    return this.toRebuild(row, await this.registry.findTable(row.relation));
  }

  /** Rebuilds after the cursor, the newest first. */
  async list(name: string, limit: number, after?: RebuildCursor): Promise<ListedRebuild[]> {
    if (!newestOf(this.set.all, name)) throw new NotFound('projection');
    const rows = await this.rows.list(name, limit, after);
    const tables = await this.registry.findTables(rows.map(({ relation }) => relation));
    return rows.map((row) => ({
      rebuild: this.toRebuild(row, tables.get(row.relation)),
      place: { at: row.moment, id: row.id },
    }));
  }

  private toRebuild(row: RebuildRow, table: ProjectionTable | undefined): Rebuild {
    const isUnfinished = isUnderWay(row.state) || row.state === 'paused';
    // The table's position is read after the row. Both can only increase, so `done` and `total` never decrease.
    const done = isUnfinished && !row.orders ? Math.max(row.done, table?.position ?? 0) : row.done;
    const total = Math.max(row.total, done);
    const rate = isUnderWay(row.state) && table && table.idle < 5 ? Math.round(table.rate) : 0;
    return {
      id: row.id,
      projection: row.name,
      version: table?.version ?? 0,
      state: row.state,
      goLive: row.goLive,
      orders: row.orders,
      done,
      total,
      percent: total === 0 ? (row.state === 'preparing' ? 0 : 100) : Math.floor((done * 100) / total),
      ratePerSecond: rate,
      secondsLeft: secondsLeft(row, total - done, rate),
      throttled: row.throttled,
      setAside: table?.setAside ?? 0,
      rollingBack: row.state === 'live' && row.rollbackAsked !== null,
      error: row.error,
      askedBy: row.askedBy,
      askedAt: row.askedAt.toISOString(),
      changedAt: row.changedAt.toISOString(),
    };
  }

  /** Pauses the rebuild. Its table and its checkpoint stay as they are. */
  async pause(name: string, id: Uuid): Promise<Rebuild> {
    return this.change(name, id, async (row) => {
      if (row.state === 'paused') return;
      if (!isUnderWay(row.state)) throw new RebuildOver(row.state);
      await this.rows.changeState(row, 'paused', await this.stopFollower(row));
    });
  }

  /** Continues a paused rebuild in the same state and from the same checkpoint. */
  async resume(name: string, id: Uuid): Promise<Rebuild> {
    return this.change(name, id, async (row) => {
      if (isUnderWay(row.state)) return;
      if (row.state !== 'paused') throw new RebuildOver(row.state);
      await this.rows.changeState(row, row.pausedFrom ?? 'preparing');
    });
  }

  async cancel(name: string, id: Uuid): Promise<Rebuild> {
    await this.change(name, id, async (row) => {
      if (row.state === 'cancelled') return;
      if (!isUnderWay(row.state) && row.state !== 'paused') throw new RebuildOver(row.state);
      await this.rows.changeState(row, 'cancelled', await this.stopFollower(row));
      await this.registry.retire(row.relation);
    });
    await this.registry.tryToDropRetired(name);
    return this.view(name, id);
  }

  /**
   * Requests a rollback to the former live table. The process that leads the projection first brings that table up to
   * date. This method waits at most 10 s for the rollback. Then it returns the rebuild in its present state.
   */
  async rollback(name: string, id: Uuid): Promise<Rebuild> {
    await this.change(name, id, async (row) => {
      if (row.state === 'rolled-back' || (row.state === 'live' && row.rollbackAsked)) return;
      if (row.state !== 'live' || !row.replaced) throw new CannotRollBack(row.state);
      const [live, kept] = [await this.registry.live(name), await this.registry.findTable(row.replaced)];
      if (live?.relation !== row.relation || kept?.state !== 'kept') throw new CannotRollBack(row.state);
      if (await this.rows.isBusy(name)) throw new RebuildRunning(name);
      this.registry.projectionOf(kept); // throws if this build cannot update the kept table
      await this.rows.requestRollback(row);
    });
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
      const since = this.wakeups.countSoFar(['tables', 'rebuilds']);
      const now = await this.view(name, id);
      if (!now.rollingBack) return now;
      await this.wakeups.wait(['tables', 'rebuilds'], 100, undefined, since);
    }
    return this.view(name, id);
  }

  private async change(name: string, id: Uuid, work: (row: RebuildRow) => Promise<void>): Promise<Rebuild> {
    await this.db.transaction(async () => work(await this.rows.readRow(name, id, 'for update')));
    this.wakeups.wakeAllProcesses('rebuilds');
    return this.view(name, id);
  }

  /** Makes the follower of the rebuild's table stop and read the state again. Returns the table's position. */
  private async stopFollower(row: RebuildRow): Promise<number | undefined> {
    const [table] = await this.registry.lock(row.relation);
    await this.registry.stopFollower(row.relation);
    return row.orders ? undefined : table?.position;
  }
}

function secondsLeft({ state }: RebuildRow, left: number, rate: number): number | null {
  if (state === 'ready' || state === 'live' || state === 'rolled-back') return 0;
  return rate > 0 ? Math.ceil(left / rate) : null;
}
