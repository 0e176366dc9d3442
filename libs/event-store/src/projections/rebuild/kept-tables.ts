import { Injectable } from '@nestjs/common';
import { NotFound } from '#kernel';
import { ProjectionRegistry } from '../live/registry';
import { RebuildRunning } from './rebuild-errors';
import { RebuildRows } from './rebuild-rows';

/**
 * After a switch the former live table is kept for a rollback. Older tables are not kept. A kept table is not updated,
 * and its reducer must stay in the build.
 */
@Injectable()
export class KeptTables {
  constructor(
    private readonly registry: ProjectionRegistry,
    private readonly rows: RebuildRows,
  ) {}

  /** Drops the kept tables and returns their names. After that no rollback is possible. */
  async drop(name: string): Promise<readonly string[]> {
    if (!(await this.registry.live(name))) throw new NotFound('projection');
    if (await this.rows.findRollback(name)) throw new RebuildRunning(name);
    const dropped = await this.registry.retireKept(name, 0);
    await this.registry.dropRetired(name);
    return dropped;
  }
}
