import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { hasSqlState, SqlState } from '#database';
import { newestOf, quoted } from './projection';
import { ProjectionSet } from './projection-set';
import { Wakeups } from './wakeups';
import { ProjectionRegistry } from './registry';
import { ProjectionStatuses, type ProjectionStatus } from './status';
import { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

const isTableMissing = (error: unknown): boolean => hasSqlState(error, SqlState.undefinedTable);

interface LiveTable {
  readonly table: string;
  /** Whether the table has an earlier version than the newest version of the projection in this build. */
  readonly outdated: boolean;
}

/**
 * Gives readers the name of the live table. Names are cached for a second, and the cache is cleared when a rebuild goes
 * live.
 */
@Injectable()
export class ReadModels {
  private readonly liveTables = new Map<string, LiveTable & { readonly until: number }>();

  constructor(
    private readonly db: StreamDatabase,
    private readonly registry: ProjectionRegistry,
    private readonly set: ProjectionSet,
    private readonly statuses: ProjectionStatuses,
    private readonly wakeups: Wakeups,
  ) {
    wakeups.subscribe('tables', () => this.liveTables.clear());
  }

  /** The live table's name, quoted, for use in SQL. The name of a prepared statement must contain the table's name. */
  async table(name: string): Promise<string> {
    return (await this.findLiveTable(name)).table;
  }

  /** Queries the live table. If that table was just dropped, it queries the table that is live now. */
  async read<T>(name: string, query: (table: string, outdated: boolean) => Promise<T>): Promise<T> {
    const queryLive = async (): Promise<T> => {
      const { table, outdated } = await this.findLiveTable(name);
      return query(table, outdated);
    };
    try {
      return await queryLive();
    } catch (error) {
      if (!isTableMissing(error) || this.db.inTransaction()) throw error;
      this.liveTables.delete(name);
      return queryLive();
    }
  }

  async position(name: string): Promise<number> {
    return (await this.registry.live(name))?.position ?? 0;
  }

  /**
   * Waits until the order's row reflects this version of the order. Returns false if the row does not reach the version
   * in time. No database connection is held during the wait.
   */
  async waitFor(name: string, orderId: Uuid, version: number, milliseconds: number): Promise<boolean> {
    const until = performance.now() + milliseconds;
    for (;;) {
      const since = this.wakeups.countSoFar(['moved']);
      const rows = await this.read(name, (table) =>
        this.db.query<{ version: number }>(`select version from ${table} where ${named.stream} = $1`, [orderId]),
      );
      if ((rows[0]?.version ?? 0) >= version) return true;
      const left = until - performance.now();
      if (left <= 0) return false;
      await this.wakeups.wait(['moved'], Math.min(left, 50), undefined, since);
    }
  }

  /** The status of every projection. */
  status(): Promise<ProjectionStatus[]> {
    return this.statuses.all();
  }

  private async findLiveTable(name: string): Promise<LiveTable> {
    const known = this.liveTables.get(name);
    if (known && known.until > performance.now()) return known;
    const live = await this.registry.live(name);
    if (!live) throw new Error(`the projection ${name} has no live table`);
    const outdated = live.version < newestOf(this.set.all, name)!.version;
    const found = { table: quoted(live.relation), outdated, until: performance.now() + 1_000 };
    this.liveTables.set(name, found);
    return found;
  }
}
