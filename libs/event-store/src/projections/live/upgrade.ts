import { Injectable, Logger } from '@nestjs/common';
import { newestOf } from './projection';
import { ProjectionSet } from './projection-set';
import { Wakeups } from './wakeups';
import { RebuildRunning } from '../rebuild/rebuild-errors';
import { RebuildRows } from '../rebuild/rebuild-rows';
import { Rebuilds } from '../rebuild/rebuilds';
import { ProjectionRegistry } from './registry';
import { activity } from '#platform/system';

/** The value of `askedBy` for a rebuild that no person has requested. */
export const UPGRADE = 'upgrade';

/** Starts a rebuild if the live table of a projection has an older version than the newest version in this build. */
@Injectable()
export class Upgrade {
  private readonly log = new Logger('Projections');
  private waitLogged = false;

  constructor(
    private readonly set: ProjectionSet,
    private readonly registry: ProjectionRegistry,
    private readonly rows: RebuildRows,
    private readonly rebuilds: Rebuilds,
    private readonly wakeups: Wakeups,
  ) {}

  /**
   * Returns after it has started a rebuild, or when no rebuild is needed. If another rebuild is running, it first waits
   * until that rebuild has ended.
   */
  async run(name: string, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const since = this.wakeups.countSoFar(['rebuilds']);
      try {
        if (await this.startIfNeeded(name)) return;
      } catch (error) {
        if (stop.aborted) return;
        this.log.warn(`the upgrade of ${name} did not start yet: ${(error as Error).message}`);
      }
      await this.wakeups.wait(['rebuilds'], activity.checkAfter(1_000), stop, since);
    }
  }

  private async startIfNeeded(name: string): Promise<boolean> {
    const live = await this.registry.live(name);
    const { version } = newestOf(this.set.all, name)!;
    if (!live || live.version >= version) return true; // the first table of a projection has the newest version
    if (await this.rows.isBusy(name)) return false;
    const liveVersion = `The live table of ${name} has version ${live.version}`;
    const manualEnd = await this.rows.findManualEnd(name, version);
    if (manualEnd) {
      this.log.warn(
        `${liveVersion}: the rebuild to version ${version} was ${manualEnd}, so a person must start the next one.`,
      );
      return true;
    }
    if (await this.registry.areOtherBuildsAlive()) {
      if (!this.waitLogged)
        this.log.log(`${liveVersion}: version ${version} is built when no other build is alive any more.`);
      this.waitLogged = true;
      return false;
    }
    try {
      await this.rebuilds.start(name, 'auto', null, UPGRADE);
    } catch (error) {
      if (error instanceof RebuildRunning) return false;
      throw error;
    }
    this.log.log(`${liveVersion}. Version ${version} is built beside it. Readers use it when it has caught up.`);
    return true;
  }
}
