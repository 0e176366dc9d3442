import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database } from '#platform/database';
import { createFirstTable, createProjectionTable } from './ddl';
import { ProjectionSet } from './projection-set';
import { newestOf, relationOf, type Projection } from './projection';

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
  /** Why its last batch could not be written; null while all is well. */
  readonly trouble: string | null;
  /** Seconds since a batch was last written. */
  readonly idle: number;
  readonly setAside: number;
}

const tables = `select t.relation, t.name, t.version, t.run, t.state, c.position, c.epoch, c.follows, c.rate, c.trouble,
  extract(epoch from clock_timestamp() - c.moved_at)::float8 as idle,
  (select count(*)::integer from projection_failures f where f.relation = t.relation) as "setAside"
  from projection_tables t join projection_checkpoints c using (relation)`;

/** Which tables there are, which one of each name is live, and how far each has come. */
@Injectable()
export class ProjectionRegistry {
  constructor(
    private readonly db: Database,
    private readonly set: ProjectionSet,
  ) {}

  async live(name: string): Promise<ProjectionTable | undefined> {
    const [row] = await this.db.query<ProjectionTable>(`${tables} where t.name = $1 and t.state = 'live'`, [name]);
    return row;
  }

  async table(relation: string): Promise<ProjectionTable | undefined> {
    const [row] = await this.db.query<ProjectionTable>(`${tables} where t.relation = $1`, [relation]);
    return row;
  }

  async allLive(): Promise<ProjectionTable[]> {
    return this.db.query<ProjectionTable>(`${tables} where t.state = 'live' order by t.name`);
  }

  /** Holds the checkpoints of these tables until the transaction ends: nobody else moves them meanwhile. */
  async lock(...relations: string[]): Promise<ProjectionTable[]> {
    await this.db.query(
      'select 1 from projection_checkpoints where relation = any($1::text[]) order by relation for update',
      [relations],
    );
    return this.db.query<ProjectionTable>(`${tables} where t.relation = any($1::text[])`, [relations]);
  }

  /** The definition that made a table. */
  of(table: ProjectionTable): Projection {
    const made = this.set.all.find((one) => one.name === table.name && one.version === table.version);
    if (!made) throw new ReducerMissing(table);
    return made;
  }

  /** Refuses a build that lacks the reducer of a table people read, or may go back to. */
  async check(states: readonly TableState[] = ['live', 'kept']): Promise<void> {
    const used = await this.db.query<ProjectionTable>(`${tables} where t.state = any($1::text[])`, [states]);
    for (const table of used) this.of(table);
  }

  /** Until the transaction ends nobody else enters tables of this name. */
  async alone(name: string): Promise<void> {
    await this.db.query('select pg_advisory_xact_lock(hashtext($1))', [`projection ${name}`]);
  }

  /** A projection that has never had a table gets one, which goes live empty and catches up. */
  async ensureLive(name: string): Promise<void> {
    if (await this.live(name)) return;
    const projection = newestOf(this.set.all, name)!;
    await this.db.transaction(async () => {
      await this.alone(name);
      if (await this.live(name)) return;
      const run = await this.nextRun(projection);
      await createFirstTable(this.db, projection, relationOf(name, projection.version, run), run);
    });
  }

  /** The table's name for a rebuild; the table itself is made by `build`. */
  async enterBuilding(projection: Projection): Promise<string> {
    const run = await this.nextRun(projection);
    const relation = relationOf(projection.name, projection.version, run);
    await this.db.query(
      `insert into projection_tables (relation, name, version, run, state) values ($1, $2, $3, $4, 'building')`,
      [relation, projection.name, projection.version, run],
    );
    await this.db.query('insert into projection_checkpoints (relation) values ($1)', [relation]);
    return relation;
  }

  async build(relation: string, projection: Projection): Promise<void> {
    await createProjectionTable(this.db, projection, relation);
  }

  /** In a transaction that holds both checkpoints: readers go to `next` from its commit on. */
  async makeLive(next: string, old: string): Promise<void> {
    await this.db.query(`update projection_tables set state = 'kept' where relation = $1`, [old]);
    await this.db.query(`update projection_tables set state = 'live', live_at = now() where relation = $1`, [next]);
    await this.follow(old, false);
  }

  /** Whether a kept table is moved along; whoever moved it until now has to look anew. */
  async follow(relation: string, follows: boolean): Promise<void> {
    await this.db.query('update projection_checkpoints set follows = $2, epoch = epoch + 1 where relation = $1', [
      relation,
      follows,
    ]);
  }

  /** Whoever moves this table has lost it and must look anew. */
  async fence(relation: string): Promise<void> {
    await this.db.query('update projection_checkpoints set epoch = epoch + 1 where relation = $1', [relation]);
  }

  /** Statistics for the planner: a table that was filled just now has none. */
  async analyze(relation: string): Promise<void> {
    await this.db.query('select analyze_projection_table($1)', [relation]);
  }

  /** Why a live table does not move, or null when it does again. */
  async trouble(relation: string, trouble: string | null): Promise<void> {
    await this.db.query('update projection_checkpoints set trouble = $2 where relation = $1', [relation, trouble]);
  }

  /** Nobody reads or moves it any more; the table itself goes when nobody holds it, by `sweep`. */
  async retire(relation: string): Promise<void> {
    await this.follow(relation, false);
    await this.db.query('delete from projection_failures where relation = $1', [relation]);
    await this.db.query(`update projection_tables set state = 'dropped' where relation = $1`, [relation]);
  }

  /**
   * Drops retired tables. Never within a transaction that holds a checkpoint: whoever writes holds the table before it
   * gets to the checkpoint.
   */
  async sweep(name: string): Promise<void> {
    const retired = await this.db.query<{ relation: string }>(
      `select relation from projection_tables where name = $1 and state = 'dropped' and to_regclass(relation) is not null`,
      [name],
    );
    for (const { relation } of retired) await this.db.query('select drop_projection_table($1)', [relation]);
  }

  /** Of the kept tables only the youngest stays: one is enough to go back to. */
  async keep(name: string, count: 0 | 1): Promise<string[]> {
    const outlived = await this.db.query<{ relation: string }>(
      `select relation from projection_tables where name = $1 and state = 'kept' order by live_at desc offset $2`,
      [name, count],
    );
    for (const { relation } of outlived) {
      await this.db.transaction(async () => {
        await this.lock(relation);
        await this.retire(relation);
      });
    }
    return outlived.map(({ relation }) => relation);
  }

  async failures(relation: string): Promise<Uuid[]> {
    const rows = await this.db.query<{ orderId: Uuid }>(
      'select order_id as "orderId" from projection_failures where relation = $1',
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

/** A build that lacks a reducer could neither keep its table up to date nor go back to it. */
export class ReducerMissing extends Error {
  constructor({ relation, name, version, state }: ProjectionTable) {
    const otherwise =
      state === 'kept'
        ? `, or give up the way back with \`npm run shop -- projections drop-kept ${name}\``
        : `; it can leave once a rebuild by a newer version is live and \`npm run shop -- projections drop-kept ${name}\` was run`;
    super(
      `The ${state} table ${relation} was made by version ${version} of ${name}, whose reducer is not in this build. ` +
        `Put that version back beside the newer one${otherwise}.`,
    );
    this.name = 'ReducerMissing';
  }
}
