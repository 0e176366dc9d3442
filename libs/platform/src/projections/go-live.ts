import { Injectable } from '@nestjs/common';
import { NotFound, type Uuid } from '#kernel';
import { Database } from '#platform/database';
import { EventStore } from '#platform/event-store';
import { Follower } from './follower';
import { quoted } from './projection';
import { Pulse } from './pulse';
import { ProjectionRegistry, type ProjectionTable } from './registry';
import { RebuildNotReady, RebuildOver, Rebuilds, isUnderWay, type Rebuild, type RebuildRow } from './rebuilds';

/** How far behind a table may be for the switch: the rest is made up while the checkpoints are held. */
export const closeEnough = 500;

const ignore = (): void => undefined;

/** Switches readers from one table to another, holding nothing but the two checkpoints. */
@Injectable()
export class GoLive {
  constructor(
    private readonly db: Database,
    private readonly store: EventStore,
    private readonly registry: ProjectionRegistry,
    private readonly rebuilds: Rebuilds,
    private readonly pulse: Pulse,
  ) {}

  async now(name: string, id: Uuid): Promise<Rebuild> {
    await this.db.transaction(async () => {
      const row = await this.rebuilds.row(name, id, 'for update');
      if (row.state === 'live') return;
      if (!isUnderWay(row.state)) throw new RebuildOver(row.state);
      if (row.state !== 'ready') throw new RebuildNotReady(row.state);
      await this.switch(row);
    });
    await this.registry.sweep(name).catch(ignore); // still held by somebody: it goes with the next rebuild
    this.pulse.tellAll('tables');
    this.pulse.tellAll('rebuilds');
    return this.rebuilds.view(name, id);
  }

  private async switch(row: RebuildRow): Promise<void> {
    const live = await this.registry.live(row.name);
    if (!live) throw new NotFound('projection');
    const held = await this.registry.lock(live.relation, row.relation);
    const old = held.find((table) => table.relation === live.relation)!;
    const next = held.find((table) => table.relation === row.relation)!;
    if (old.state !== 'live' || next.state !== 'building') throw new RebuildNotReady('catching-up');
    const at = await this.level(row, old, next);
    if (row.orders) await this.replaceRows(row.orders, old.relation, next.relation);
    else await this.registry.makeLive(next.relation, old.relation);
    await this.rebuilds.enter(row, 'live', row.orders ? undefined : at);
  }

  /** Brings both tables to the same position: what readers have seen stays seen, and rows can be compared and copied. */
  private async level(row: RebuildRow, old: ProjectionTable, next: ProjectionTable): Promise<number> {
    const to = Math.max(old.position, next.position);
    const behind = to - Math.min(old.position, next.position);
    if (behind > closeEnough) throw new RebuildNotReady('catching-up');
    for (const table of [old, next]) {
      const only = table === next && row.orders ? new Set(row.orders) : undefined;
      const setAside = new Set(await this.registry.failures(table.relation));
      const follower = new Follower(this.db, this.store, this.registry.of(table), table, setAside, only);
      while (follower.at < to) {
        const step = await follower.step(to - follower.at);
        if (step.outcome !== 'moved') throw new RebuildNotReady('catching-up');
      }
    }
    return to;
  }

  private async replaceRows(orders: readonly Uuid[], live: string, building: string): Promise<void> {
    const [into, from] = [quoted(live), quoted(building)];
    await this.db.query(`delete from ${into} where order_id = any($1::uuid[])`, [orders]);
    await this.db.query(`insert into ${into} select * from ${from}`);
    await this.db.query('delete from projection_failures where relation = $1 and order_id = any($2::uuid[])', [
      live,
      orders,
    ]);
    await this.db.query(
      `insert into projection_failures (relation, order_id, position, event_id, error)
       select $1, order_id, position, event_id, error from projection_failures where relation = $2`,
      [live, building],
    );
    await this.db.query('update projection_checkpoints set epoch = epoch + 1 where relation = $1', [live]);
    await this.registry.retire(building);
  }
}
