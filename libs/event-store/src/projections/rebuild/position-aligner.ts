import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { EventStore } from '#event-store';
import { withoutPublishing } from '#messaging';
import { Follower } from '../live/follower';
import { RebuildNotReady } from './rebuild-errors';
import { ProjectionRegistry, type ProjectionTable } from '../live/registry';
import { StreamDatabase } from '../../streams/stream-database';

/**
 * When a switch begins, one table can be at most this many positions behind the other. The table that is behind catches
 * up while the checkpoints are locked.
 */
export const MOST_EVENTS_BEHIND = 500;

/** Brings tables with locked checkpoints to the same position, so that they can be switched. */
@Injectable()
export class PositionAligner {
  constructor(
    private readonly db: StreamDatabase,
    private readonly store: EventStore,
    private readonly registry: ProjectionRegistry,
  ) {}

  /**
   * Moves all tables to the highest of their positions, or to `least` if that is higher. So readers never see an older
   * state than before.
   */
  async align(tables: readonly ProjectionTable[], least: number, only?: ReadonlyMap<string, readonly Uuid[]>) {
    const positions = tables.map(({ position }) => position);
    const to = Math.max(...positions, least);
    if (to - Math.min(...positions) > MOST_EVENTS_BEHIND) throw new RebuildNotReady('catching-up');
    for (const table of tables) await this.moveTo(table, to, only?.get(table.relation));
    return to;
  }

  private async moveTo(table: ProjectionTable, to: number, orders?: readonly Uuid[]): Promise<void> {
    const setAside = new Set(await this.registry.listSetAside(table.relation));
    const only = orders && new Set(orders);
    const follower = new Follower(this.db, this.store, this.registry.projectionOf(table), table, setAside, only);
    while (follower.at < to) {
      const step = await withoutPublishing(table.name, () => follower.step(to - follower.at));
      if (step.outcome !== 'moved') throw new RebuildNotReady('catching-up');
    }
  }
}
