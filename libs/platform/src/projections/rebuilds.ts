import { Injectable } from '@nestjs/common';
import { DomainError, NotFound, type Uuid } from '#kernel';
import { Database } from '#platform/database';
import { EventStore } from '#platform/event-store';
import { Ids } from '#platform/system';
import { ProjectionRegistry } from './registry';
import { ProjectionSet } from './projection-set';
import { newestOf } from './projection';
import { Pulse } from './pulse';

export type RebuildState =
  | 'preparing'
  | 'replaying'
  | 'catching-up'
  | 'comparing'
  | 'ready'
  | 'live'
  | 'paused'
  | 'cancelled'
  | 'failed'
  | 'rolled-back';

export const underWay = ['preparing', 'replaying', 'catching-up', 'comparing', 'ready'] as const;

export interface RebuildRow {
  readonly id: Uuid;
  readonly name: string;
  readonly relation: string;
  readonly state: RebuildState;
  readonly goLive: 'manual' | 'auto';
  readonly orders: readonly Uuid[] | null;
  /** The log's head when it was asked for: replaying ends there, catching up begins. */
  readonly target: number;
  readonly done: number;
  readonly total: number;
  readonly error: string | null;
  readonly askedAt: Date;
  readonly changedAt: Date;
}

export interface Rebuild {
  readonly id: Uuid;
  readonly projection: string;
  readonly version: number;
  readonly state: RebuildState;
  readonly goLive: 'manual' | 'auto';
  readonly orders: readonly Uuid[] | null;
  readonly done: number;
  readonly total: number;
  readonly percent: number;
  readonly ratePerSecond: number;
  readonly secondsLeft: number | null;
  readonly error: string | null;
  readonly askedAt: string;
  readonly changedAt: string;
}

const columns = `id, name, relation, state, go_live as "goLive", orders, target, done, total, error,
  asked_at as "askedAt", changed_at as "changedAt"`;

/** The rebuilds of a context's projections: asked for, looked at, cancelled. The rebuilder does the work. */
@Injectable()
export class Rebuilds {
  constructor(
    private readonly db: Database,
    private readonly registry: ProjectionRegistry,
    private readonly set: ProjectionSet,
    private readonly store: EventStore,
    private readonly ids: Ids,
    private readonly pulse: Pulse,
  ) {}

  async start(name: string, goLive: 'manual' | 'auto', orders: readonly Uuid[] | null, by: string): Promise<Rebuild> {
    const newest = newestOf(this.set.all, name);
    if (!newest) throw new NotFound('projection');
    const id = this.ids.next();
    const target = await this.store.head();
    await this.db
      .transaction(async () => {
        const live = await this.registry.live(name);
        // Single orders are put into the table that is live, so they are made by its reducer.
        const made = orders && live ? this.registry.of(live) : newest;
        const taken = await this.db.query(
          `select 1 from projection_rebuilds where name = $1 and state = any($2::text[])`,
          [name, [...underWay, 'paused']],
        );
        if (taken.length) throw new RebuildRunning(name);
        const relation = await this.registry.enterBuilding(made);
        await this.db.query(
          `insert into projection_rebuilds (id, name, relation, state, go_live, orders, target, total, asked_by)
         values ($1, $2, $3, 'preparing', $4, $5, $6, $7, $8)`,
          [id, name, relation, goLive, orders, target, orders ? 0 : target, by],
        );
      })
      .catch((error: unknown) => {
        // Two who ask at once: the unique index lets one through.
        if ((error as { code?: string }).code === '23505') throw new RebuildRunning(name);
        throw error;
      });
    this.pulse.tellAll('rebuilds');
    return this.view(name, id);
  }

  async view(name: string, id: Uuid): Promise<Rebuild> {
    const row = await this.row(name, id);
    const table = await this.registry.table(row.relation);
    const ended = row.state === 'live' || row.state === 'cancelled' || row.state === 'failed';
    const whole = !row.orders && !ended && table !== undefined;
    const done = whole ? table.position : row.done;
    // Read after the position, so it cannot be behind it.
    const total = whole ? Math.max(await this.store.head(), row.total) : row.total;
    const rate = !ended && table && table.idle < 5 ? Math.round(table.rate) : 0;
    const left = row.state === 'ready' || row.state === 'live' ? 0 : rate > 0 ? Math.ceil((total - done) / rate) : null;
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
      secondsLeft: left,
      error: row.error,
      askedAt: row.askedAt.toISOString(),
      changedAt: row.changedAt.toISOString(),
    };
  }

  async cancel(name: string, id: Uuid): Promise<Rebuild> {
    await this.db.transaction(async () => {
      const row = await this.row(name, id, 'for update');
      if (row.state === 'cancelled') return;
      if (!isUnderWay(row.state) && row.state !== 'paused') throw new RebuildOver(row.state);
      const table = await this.registry.table(row.relation);
      await this.enter(row, 'cancelled', table && !row.orders ? table.position : row.done);
      await this.registry.lock(row.relation);
      await this.registry.retire(row.relation);
    });
    await this.registry.sweep(name).catch(() => undefined); // still held by its writer: it goes with the next rebuild
    this.pulse.tellAll('rebuilds');
    return this.view(name, id);
  }

  /** The one that is being worked on, if any. */
  async current(name: string): Promise<RebuildRow | undefined> {
    const [row] = await this.db.query<RebuildRow>(
      `select ${columns} from projection_rebuilds where name = $1 and state = any($2::text[])`,
      [name, underWay],
    );
    return row;
  }

  /** False when it is no longer in the state it was seen in. */
  async enter(row: RebuildRow, state: RebuildState, done?: number, error?: string): Promise<boolean> {
    const changed = await this.db.query(
      `update projection_rebuilds set state = $3, done = greatest(done, coalesce($4, done)),
         total = greatest(total, done, coalesce($4, total)), error = $5, changed_at = now()
       where id = $1 and state = $2 returning 1`,
      [row.id, row.state, state, done ?? null, error ?? null],
    );
    return changed.length === 1;
  }

  /** How far the replay of single orders has come, in events of theirs. */
  async progress(row: RebuildRow, done: number, total: number): Promise<void> {
    await this.db.query(
      `update projection_rebuilds set done = greatest(done, $2), total = greatest(total, $3) where id = $1`,
      [row.id, done, total],
    );
  }

  async row(name: string, id: Uuid, lock: '' | 'for update' = ''): Promise<RebuildRow> {
    const [row] = await this.db.query<RebuildRow>(
      `select ${columns} from projection_rebuilds where name = $1 and id = $2 ${lock}`,
      [name, id],
    );
    if (!row) throw new NotFound('rebuild');
    return row;
  }
}

export const isUnderWay = (state: RebuildState): boolean => (underWay as readonly string[]).includes(state);

export class RebuildRunning extends DomainError {
  constructor(name: string) {
    super('REBUILD_RUNNING', 'conflict', `A rebuild of ${name} is under way: follow, finish or cancel it first.`, {
      name,
    });
  }
}

export class RebuildOver extends DomainError {
  constructor(state: RebuildState) {
    super('REBUILD_OVER', 'conflict', `The rebuild has ended: it is ${state}.`, { state });
  }
}

export class RebuildNotReady extends DomainError {
  constructor(state: RebuildState) {
    super('REBUILD_NOT_READY', 'conflict', `The rebuild is ${state}: it can go live once it is ready.`, { state });
  }
}
