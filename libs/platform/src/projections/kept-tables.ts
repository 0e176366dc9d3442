import { Injectable } from '@nestjs/common';
import { NotFound } from '#kernel';
import { ProjectionRegistry } from './registry';
import { RebuildRunning } from './rebuild-errors';
import { RebuildRows } from './rebuild-rows';

/**
 * After a switch the table that was live until then is kept, so that one can go back to it; of those before it none is.
 * While it is kept nobody moves it, and its reducer has to stay in the build.
 */
@Injectable()
export class KeptTables {
  constructor(
    private readonly registry: ProjectionRegistry,
    private readonly rows: RebuildRows,
  ) {}

  /** Gives up the way back: drops what is kept, and names it. */
  async drop(name: string): Promise<readonly string[]> {
    if (!(await this.registry.live(name))) throw new NotFound('projection');
    if (await this.rows.rollingBack(name)) throw new RebuildRunning(name);
    const dropped = await this.registry.keep(name, 0);
    await this.registry.sweep(name);
    return dropped;
  }
}
