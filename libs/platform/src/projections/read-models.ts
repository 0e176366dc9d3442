import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database } from '#platform/database';
import { newestOf, quoted } from './projection';
import { ProjectionSet } from './projection-set';
import { Pulse } from './pulse';
import { ProjectionRegistry } from './registry';
import { ProjectionStatuses, type ProjectionStatus } from './status';

const gone = (error: unknown): boolean => (error as { code?: string })?.code === '42P01';

interface LiveTable {
  readonly table: string;
  /** An earlier version of the reducer made it: an upgrade is being built beside it. */
  readonly outdated: boolean;
}

/** Where readers find their tables. Names are remembered for a moment, and forgotten at once when a rebuild goes live. */
@Injectable()
export class ReadModels {
  private readonly names = new Map<string, LiveTable & { readonly until: number }>();

  constructor(
    private readonly db: Database,
    private readonly registry: ProjectionRegistry,
    private readonly set: ProjectionSet,
    private readonly statuses: ProjectionStatuses,
    private readonly pulse: Pulse,
  ) {
    pulse.on('tables', () => this.names.clear());
  }

  /** The live table's name, quoted, to be put into SQL. Statement names must contain it. */
  async table(name: string): Promise<string> {
    return (await this.liveTable(name)).table;
  }

  /** Asks the live table; once more when it was dropped just now. */
  async read<T>(name: string, ask: (table: string, outdated: boolean) => Promise<T>): Promise<T> {
    const askLive = async (): Promise<T> => {
      const { table, outdated } = await this.liveTable(name);
      return ask(table, outdated);
    };
    try {
      return await askLive();
    } catch (error) {
      if (!gone(error) || this.db.inTransaction()) throw error;
      this.names.delete(name);
      return askLive();
    }
  }

  async position(name: string): Promise<number> {
    return (await this.registry.live(name))?.position ?? 0;
  }

  /** Whether the order's row reaches that version of the order within the time. Holds no connection while it waits. */
  async waitFor(name: string, orderId: Uuid, version: number, milliseconds: number): Promise<boolean> {
    const until = performance.now() + milliseconds;
    for (;;) {
      const since = this.pulse.moment(['moved']);
      const rows = await this.read(name, (table) =>
        this.db.query<{ version: number }>(`select version from ${table} where order_id = $1`, [orderId]),
      );
      if ((rows[0]?.version ?? 0) >= version) return true;
      const left = until - performance.now();
      if (left <= 0) return false;
      await this.pulse.wait(['moved'], Math.min(left, 50), undefined, since);
    }
  }

  /** Every projection as it stands. */
  status(): Promise<ProjectionStatus[]> {
    return this.statuses.all();
  }

  private async liveTable(name: string): Promise<LiveTable> {
    const known = this.names.get(name);
    if (known && known.until > performance.now()) return known;
    const live = await this.registry.live(name);
    if (!live) throw new Error(`no table of ${name} is live`);
    const outdated = live.version < newestOf(this.set.all, name)!.version;
    const found = { table: quoted(live.relation), outdated, until: performance.now() + 1_000 };
    this.names.set(name, found);
    return found;
  }
}
