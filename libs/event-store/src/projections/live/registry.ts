import { Injectable, Logger } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { createFirstTable, createProjectionTable } from './ddl';
import { ProjectionSet } from './projection-set';
import { newestOf, relationOf, type Projection } from './projection';
import { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

export type TableState = 'building' | 'live' | 'kept' | 'dropped';

export interface ProjectionTable {
  readonly relation: string;
  readonly name: string;
  readonly version: number;
  readonly run: number;
  readonly state: TableState;
  readonly position: number;
  readonly epoch: number;
  readonly follows: boolean;
  readonly rate: number;
  /** Why the last batch could not be written; null if there was no error. */
  readonly trouble: string | null;
  /** Seconds since a batch was last written. */
  readonly idle: number;
  readonly setAside: number;
}

const selectTables = `select t.relation, t.name, t.version, t.run, t.state, c.position, c.epoch, c.follows, c.rate, c.trouble,
  extract(epoch from clock_timestamp() - c.moved_at)::float8 as idle,
  (select count(*)::integer from projection_failures f where f.relation = t.relation) as "setAside"
  from projection_tables t join projection_checkpoints c using (relation)`;

/**
 * SQL: sets the lock timeout to 5 s until the transaction ends. The writer of a table can hold its lock longer than a
 * request normally waits.
 */
export const LONG_LOCK_WAIT = `with lock_wait as materialized (select set_config('lock_timeout', '5s', true))`;

/** The tables of the projections: which table of each projection is live, and the position of each table. */
@Injectable()
export class ProjectionRegistry {
  private readonly log = new Logger(ProjectionRegistry.name);

  constructor(
    private readonly db: StreamDatabase,
    private readonly set: ProjectionSet,
  ) {}

  async live(name: string): Promise<ProjectionTable | undefined> {
    const [row] = await this.db.query<ProjectionTable>(`${selectTables} where t.name = $1 and t.state = 'live'`, [
      name,
    ]);
    return row;
  }

  async findTable(relation: string): Promise<ProjectionTable | undefined> {
    const [row] = await this.db.query<ProjectionTable>(`${selectTables} where t.relation = $1`, [relation]);
    return row;
  }

  async findTables(relations: readonly string[]): Promise<ReadonlyMap<string, ProjectionTable>> {
    const rows = await this.db.query<ProjectionTable>(`${selectTables} where t.relation = any($1::text[])`, [
      relations,
    ]);
    return new Map(rows.map((row) => [row.relation, row]));
  }

  async listLive(): Promise<ProjectionTable[]> {
    return this.db.query<ProjectionTable>(`${selectTables} where t.state = 'live' order by t.name`);
  }

  /** Locks the checkpoints of these tables until the transaction ends, so that no other process moves them. */
  async lock(...relations: string[]): Promise<ProjectionTable[]> {
    await this.db.query(
      `${LONG_LOCK_WAIT} select 1 from lock_wait cross join projection_checkpoints c
       where c.relation = any($1::text[]) order by c.relation for update of c`,
      [relations],
    );
    return this.db.query<ProjectionTable>(`${selectTables} where t.relation = any($1::text[])`, [relations]);
  }

  /** The projection whose reducer made the table. Throws ReducerMissing. */
  projectionOf(table: ProjectionTable): Projection {
    const found = this.set.all.find((one) => one.name === table.name && one.version === table.version);
    if (!found) throw new ReducerMissing(table);
    return found;
  }

  /** Whether this build has a projection of that name, in any version. */
  knows(name: string): boolean {
    return this.set.all.some((one) => one.name === name);
  }

  /**
   * Checks that this build has the reducer of each table in one of these states. Without its reducer a table cannot be
   * updated. Throws ReducerMissing if a reducer is missing. A projection whose name is unknown belongs to a newer
   * build, and is skipped. Returns the skipped names.
   */
  async expectReducers(states: readonly TableState[] = ['live', 'kept']): Promise<string[]> {
    const used = await this.db.query<ProjectionTable>(`${selectTables} where t.state = any($1::text[])`, [states]);
    for (const table of used) if (this.knows(table.name)) this.projectionOf(table);
    return [...new Set(used.map(({ name }) => name))].filter((name) => !this.knows(name));
  }

  /** Whether instances of another build are alive. These instances could not read a table of a newer version. */
  async areOtherBuildsAlive(): Promise<boolean> {
    const [{ builds }] = await this.db.query<{ builds: number }>(
      `select count(distinct build)::int as builds from instances where seen_at > now() - interval '20 seconds'`,
    );
    return builds > 1;
  }

  /** Takes a lock, so that no other process adds tables of this projection until the transaction ends. */
  async lockName(name: string): Promise<void> {
    await this.db.query(`${LONG_LOCK_WAIT} select pg_advisory_xact_lock(hashtext($1)) from lock_wait`, [
      `projection ${name}`,
    ]);
  }

  /**
   * Creates the first table of a projection, if the projection has no live table. The new table is live at once,
   * although it is empty. Then it catches up.
   */
  async ensureLive(name: string): Promise<void> {
    if (await this.live(name)) return;
    const projection = newestOf(this.set.all, name)!;
    await this.db.transaction(async () => {
      await this.lockName(name);
      if (await this.live(name)) return;
      const run = await this.nextRun(projection);
      await createFirstTable(this.db, projection, relationOf(name, projection.version, run), run);
    });
  }

  /**
   * Registers a table for a rebuild, and returns the table's name. The table does not exist until `createTable` is
   * called.
   */
  async registerBuilding(projection: Projection): Promise<string> {
    const run = await this.nextRun(projection);
    const relation = relationOf(projection.name, projection.version, run);
    await this.db.query(
      `insert into projection_tables (relation, name, version, run, state) values ($1, $2, $3, $4, 'building')`,
      [relation, projection.name, projection.version, run],
    );
    await this.db.query('insert into projection_checkpoints (relation) values ($1)', [relation]);
    return relation;
  }

  async createTable(relation: string, projection: Projection): Promise<void> {
    await createProjectionTable(this.db, projection, relation);
  }

  /**
   * Makes readers use the table `next` as soon as the transaction commits. The transaction must have locked both
   * checkpoints.
   */
  async makeLive(next: string, old: string): Promise<void> {
    await this.db.query(`update projection_tables set state = 'kept' where relation = $1`, [old]);
    await this.db.query(`update projection_tables set state = 'live', live_at = now() where relation = $1`, [next]);
    await this.setFollows(old, false);
  }

  /** Sets whether a table is updated, and makes its follower stop and read the state of the table again. */
  async setFollows(relation: string, follows: boolean): Promise<void> {
    await this.db.query('update projection_checkpoints set follows = $2, epoch = epoch + 1 where relation = $1', [
      relation,
      follows,
    ]);
  }

  /** Makes the follower of this table stop and read the table's state again. */
  async stopFollower(relation: string): Promise<void> {
    await this.db.query('update projection_checkpoints set epoch = epoch + 1 where relation = $1', [relation]);
  }

  /** Updates the planner's statistics, because a table that was just filled has no statistics yet. */
  async analyze(relation: string): Promise<void> {
    await this.db.query('select analyze_projection_table($1)', [relation]);
  }

  /** Stores why a live table cannot be updated. `trouble` is null if the table is updated again. */
  async storeTrouble(relation: string, trouble: string | null): Promise<void> {
    await this.db.query('update projection_checkpoints set trouble = $2 where relation = $1', [relation, trouble]);
  }

  /** Marks a table that is not needed any more as dropped. `dropRetired` then drops it in the database. */
  async retire(relation: string): Promise<void> {
    await this.setFollows(relation, false);
    await this.db.query('delete from projection_failures where relation = $1', [relation]);
    await this.db.query(`update projection_tables set state = 'dropped' where relation = $1`, [relation]);
  }

  /**
   * Drops retired tables. Never call it in a transaction that has locked a checkpoint. A writer locks the table before
   * the checkpoint, so a deadlock would be possible.
   */
  async dropRetired(name: string): Promise<void> {
    const retired = await this.db.query<{ relation: string }>(
      `select relation from projection_tables where name = $1 and state = 'dropped' and to_regclass(relation) is not null`,
      [name],
    );
    for (const { relation } of retired) await this.db.query('select drop_projection_table($1)', [relation]);
  }

  /** Drops retired tables. A table that is still in use stays, and the next rebuild drops it. */
  async tryToDropRetired(name: string): Promise<void> {
    await this.dropRetired(name).catch((error: Error) =>
      this.log.warn(`a retired table of ${name} was not dropped, and the next rebuild tries again: ${error.message}`),
    );
  }

  /**
   * Retires all kept tables except the newest `count`. Returns the names of the retired tables. One kept table is
   * enough for a rollback.
   */
  async retireKept(name: string, count: 0 | 1): Promise<string[]> {
    const retired = await this.db.query<{ relation: string }>(
      `select relation from projection_tables where name = $1 and state = 'kept' order by live_at desc offset $2`,
      [name, count],
    );
    for (const { relation } of retired) {
      await this.db.transaction(async () => {
        await this.lock(relation);
        await this.retire(relation);
      });
    }
    return retired.map(({ relation }) => relation);
  }

  async listSetAside(relation: string): Promise<Uuid[]> {
    const rows = await this.db.query<{ orderId: Uuid }>(
      `select ${named.stream} as "orderId" from projection_failures where relation = $1`,
      [relation],
    );
    return rows.map((row) => row.orderId);
  }

  private async nextRun({ name, version }: Projection): Promise<number> {
    const [row] = await this.db.query<{ run: number }>(
      'select coalesce(max(run), 0) + 1 as run from projection_tables where name = $1 and version = $2',
      [name, version],
    );
    return row.run;
  }
}

/** This build lacks the reducer of a table. So it cannot update the table, and cannot roll back to it. */
export class ReducerMissing extends Error {
  constructor({ relation, name, version, state }: ProjectionTable) {
    const otherwise =
      state === 'kept'
        ? `, or drop the table (then no rollback is possible): \`npm run shop -- projections drop-kept ${name}\``
        : `. Remove it when a newer version is live and after \`npm run shop -- projections drop-kept ${name}\``;
    super(
      `The ${state} table ${relation} was made by version ${version} of ${name}, whose reducer is not in this build. ` +
        `Put that version back beside the newer one${otherwise}.`,
    );
    this.name = 'ReducerMissing';
  }
}
