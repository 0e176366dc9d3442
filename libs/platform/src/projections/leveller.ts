import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database } from '#platform/database';
import { EventStore } from '#platform/event-store';
import { hushed } from '#platform/messaging';
import { Follower } from './follower';
import { RebuildNotReady } from './rebuild-errors';
import { ProjectionRegistry, type ProjectionTable } from './registry';

/** How far behind a table may be for the switch: the rest is made up while the checkpoints are held. */
export const closeEnough = 500;

/** Brings tables whose checkpoints are held to one position, so that they can change places. */
@Injectable()
export class Leveller {
  constructor(
    private readonly db: Database,
    private readonly store: EventStore,
    private readonly registry: ProjectionRegistry,
  ) {}

  /** What readers have seen stays seen: to the position of the one that is ahead, and at least to `least`. */
  async level(tables: readonly ProjectionTable[], least: number, only?: ReadonlyMap<string, readonly Uuid[]>) {
    const positions = tables.map(({ position }) => position);
    const to = Math.max(...positions, least);
    if (to - Math.min(...positions) > closeEnough) throw new RebuildNotReady('catching-up');
    for (const table of tables) await this.bring(table, to, only?.get(table.relation));
    return to;
  }

  private async bring(table: ProjectionTable, to: number, orders?: readonly Uuid[]): Promise<void> {
    const setAside = new Set(await this.registry.failures(table.relation));
    const only = orders && new Set(orders);
    const follower = new Follower(this.db, this.store, this.registry.of(table), table, setAside, only);
    while (follower.at < to) {
      const step = await hushed(table.name, () => follower.step(to - follower.at));
      if (step.outcome !== 'moved') throw new RebuildNotReady('catching-up');
    }
  }
}
