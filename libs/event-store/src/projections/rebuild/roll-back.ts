import { Injectable } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { EventStore } from '#event-store';
import { withoutPublishing } from '#messaging';
import { Follower } from '../live/follower';
import { MOST_EVENTS_BEHIND, PositionAligner } from './position-aligner';
import { BatchSize } from '../live/batch-size';
import { Wakeups } from '../live/wakeups';
import type { RebuildRow } from './rebuild';
import { RebuildNotReady } from './rebuild-errors';
import { RebuildRows } from './rebuild-rows';
import { ProjectionRegistry } from '../live/registry';
import { Throttle } from './throttle';
import { StreamDatabase } from '../../streams/stream-database';

/**
 * Makes readers use the kept table again. First the kept table is brought up to date beside the live table. When the
 * kept table lacks only a few events, the tables are switched.
 */
@Injectable()
export class RollBack {
  constructor(
    private readonly db: StreamDatabase,
    private readonly store: EventStore,
    private readonly registry: ProjectionRegistry,
    private readonly rows: RebuildRows,
    private readonly aligner: PositionAligner,
    private readonly throttle: Throttle,
    private readonly wakeups: Wakeups,
  ) {}

  /** Continues from the kept table's own checkpoint after every interruption. */
  async run(row: RebuildRow, stop: AbortSignal): Promise<void> {
    const kept = row.replaced!;
    await this.registry.setFollows(kept, true);
    while (!stop.aborted) {
      if (!(await this.catchUp(row, kept, stop))) return;
      try {
        await this.db.transaction(() => this.switchBack(row.name, row));
      } catch (error) {
        if (error instanceof RebuildNotReady) continue; // many events were appended meanwhile
        throw error;
      }
      crashPoint('rollback.switched');
      this.wakeups.wakeAllProcesses('tables');
      this.wakeups.wakeAllProcesses('rebuilds');
      return;
    }
  }

  async giveUp(row: RebuildRow, error: unknown): Promise<void> {
    await this.db.transaction(async () => {
      const kept = await this.registry.findTable(row.replaced!);
      if (kept?.state === 'kept') await this.registry.setFollows(kept.relation, false);
      await this.rows.failRollback(row, String((error as Error)?.message ?? error));
    });
  }

  private async catchUp(row: RebuildRow, kept: string, stop: AbortSignal): Promise<boolean> {
    const table = (await this.registry.findTable(kept))!;
    const setAside = new Set(await this.registry.listSetAside(kept));
    const follower = new Follower(this.db, this.store, this.registry.projectionOf(table), table, setAside);
    const size = new BatchSize(this.db);
    while (!stop.aborted) {
      const live = await this.registry.live(row.name);
      if ((live?.position ?? 0) - follower.at <= MOST_EVENTS_BEHIND / 2) return true;
      const batch = await size.eventsAfter(follower.at);
      const { outcome } = await withoutPublishing(row.name, () => follower.step(batch));
      crashPoint('rollback.catch-up');
      if (outcome === 'lost') return false;
      await this.throttle.pauseIfSlow(row, stop);
    }
    return false;
  }

  private async switchBack(name: string, { id }: RebuildRow): Promise<void> {
    const row = await this.rows.readRow(name, id, 'for update');
    if (row.state !== 'live' || !row.rollbackAsked) return;
    const locked = await this.registry.lock(row.relation, row.replaced!);
    const live = locked.find((table) => table.relation === row.relation)!;
    const kept = locked.find((table) => table.relation === row.replaced)!;
    await this.aligner.align([live, kept], 0);
    await this.registry.makeLive(kept.relation, live.relation);
    await this.rows.finishRollback(row);
    crashPoint('rollback.switching');
  }
}
