import { Injectable } from '@nestjs/common';
import { NotFound, type Uuid } from '#kernel';
import { Database } from '#platform/database';
import { EventStore } from '#platform/event-store';
import { Ids } from '#platform/system';
import { newestOf } from './projection';
import { ProjectionSet } from './projection-set';
import { Pulse } from './pulse';
import { isUnderWay, type GoesLive, type Rebuild, type RebuildRow } from './rebuild';
import { CannotRollBack, RebuildOver, RebuildRunning } from './rebuild-errors';
import { RebuildRows } from './rebuild-rows';
import { ProjectionRegistry } from './registry';

const UNIQUE_VIOLATION = '23505';
const PATIENCE_MS = 10_000;

/** The rebuilds of a context's projections: asked for, looked at, paused, cancelled. The rebuilder does the work. */
@Injectable()
export class Rebuilds {
  constructor(
    private readonly db: Database,
    private readonly registry: ProjectionRegistry,
    private readonly set: ProjectionSet,
    private readonly store: EventStore,
    private readonly ids: Ids,
    private readonly pulse: Pulse,
    private readonly rows: RebuildRows,
  ) {}

  async start(name: string, goLive: GoesLive, orders: readonly Uuid[] | null, by: string): Promise<Rebuild> {
    const newest = newestOf(this.set.all, name);
    if (!newest) throw new NotFound('projection');
    const id = this.ids.next();
    const target = await this.store.head();
    await this.db
      .transaction(async () => {
        await this.registry.alone(name);
        const live = await this.registry.live(name);
        // Single orders are put into the table that is live, so they are made by its reducer.
        const made = orders && live ? this.registry.of(live) : newest;
        if (await this.rows.busy(name)) throw new RebuildRunning(name);
        const relation = await this.registry.enterBuilding(made);
        await this.db.query(
          `insert into projection_rebuilds (id, name, relation, state, go_live, orders, target, total, asked_by)
         values ($1, $2, $3, 'preparing', $4, $5, $6, $7, $8)`,
          [id, name, relation, goLive, orders, target, orders ? 0 : target, by],
        );
      })
      .catch((error: unknown) => {
        // Two who ask at once: the unique index lets one through.
        if ((error as { code?: string }).code === UNIQUE_VIOLATION) throw new RebuildRunning(name);
        throw error;
      });
    this.pulse.tellAll('rebuilds');
    return this.view(name, id);
  }

  async view(name: string, id: Uuid): Promise<Rebuild> {
    const row = await this.rows.row(name, id);
    const table = await this.registry.table(row.relation);
    const going = isUnderWay(row.state) || row.state === 'paused';
    // A table's position is read after the row, and both only rise: so do done and total.
    const done = going && !row.orders ? Math.max(row.done, table?.position ?? 0) : row.done;
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
      askedAt: row.askedAt.toISOString(),
      changedAt: row.changedAt.toISOString(),
    };
  }

  /** Stops it where it is; its table and checkpoint stay. */
  async pause(name: string, id: Uuid): Promise<Rebuild> {
    return this.change(name, id, async (row) => {
      if (row.state === 'paused') return;
      if (!isUnderWay(row.state)) throw new RebuildOver(row.state);
      await this.rows.enter(row, 'paused', await this.fenced(row));
    });
  }

  /** Lets it go on in the state, and from the checkpoint, in which it was paused. */
  async resume(name: string, id: Uuid): Promise<Rebuild> {
    return this.change(name, id, async (row) => {
      if (isUnderWay(row.state)) return;
      if (row.state !== 'paused') throw new RebuildOver(row.state);
      await this.rows.enter(row, row.pausedFrom ?? 'preparing');
    });
  }

  async cancel(name: string, id: Uuid): Promise<Rebuild> {
    await this.change(name, id, async (row) => {
      if (row.state === 'cancelled') return;
      if (!isUnderWay(row.state) && row.state !== 'paused') throw new RebuildOver(row.state);
      await this.rows.enter(row, 'cancelled', await this.fenced(row));
      await this.registry.retire(row.relation);
    });
    await this.registry.sweep(name).catch(() => undefined); // still held by its writer: it goes with the next rebuild
    return this.view(name, id);
  }

  /**
   * Goes back to the table that was live before. The kept table is caught up first, by whoever leads the projection;
   * this waits a while for it and answers how far it has come.
   */
  async rollback(name: string, id: Uuid): Promise<Rebuild> {
    await this.change(name, id, async (row) => {
      if (row.state === 'rolled-back' || (row.state === 'live' && row.rollbackAsked)) return;
      if (row.state !== 'live' || !row.replaced) throw new CannotRollBack(row.state);
      const [live, kept] = [await this.registry.live(name), await this.registry.table(row.replaced)];
      if (live?.relation !== row.relation || kept?.state !== 'kept') throw new CannotRollBack(row.state);
      if (await this.rows.busy(name)) throw new RebuildRunning(name);
      this.registry.of(kept);
      await this.rows.askRollback(row);
    });
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
      const since = this.pulse.moment(['tables', 'rebuilds']);
      const now = await this.view(name, id);
      if (!now.rollingBack) return now;
      await this.pulse.wait(['tables', 'rebuilds'], 100, undefined, since);
    }
    return this.view(name, id);
  }

  private async change(name: string, id: Uuid, work: (row: RebuildRow) => Promise<void>): Promise<Rebuild> {
    await this.db.transaction(async () => work(await this.rows.row(name, id, 'for update')));
    this.pulse.tellAll('rebuilds');
    return this.view(name, id);
  }

  /** Whoever writes its table has to look anew; answers how far that one has come. */
  private async fenced(row: RebuildRow): Promise<number | undefined> {
    const [table] = await this.registry.lock(row.relation);
    await this.registry.fence(row.relation);
    return row.orders ? undefined : table?.position;
  }
}

function secondsLeft({ state }: RebuildRow, left: number, rate: number): number | null {
  if (state === 'ready' || state === 'live' || state === 'rolled-back') return 0;
  return rate > 0 ? Math.ceil(left / rate) : null;
}
