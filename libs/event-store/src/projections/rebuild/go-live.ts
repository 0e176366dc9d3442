import { Injectable } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { NotFound, type Uuid } from '#kernel';
import { PositionAligner } from './position-aligner';
import { quoted } from '../live/projection';
import { Wakeups } from '../live/wakeups';
import { isUnderWay, type Rebuild, type RebuildRow } from './rebuild';
import { RebuildNotReady, RebuildOver } from './rebuild-errors';
import { RebuildRows } from './rebuild-rows';
import { Rebuilds } from './rebuilds';
import { ProjectionRegistry } from '../live/registry';
import { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

/** Switches readers from one table to another. It locks only the two checkpoints. */
@Injectable()
export class GoLive {
  constructor(
    private readonly db: StreamDatabase,
    private readonly registry: ProjectionRegistry,
    private readonly rows: RebuildRows,
    private readonly rebuilds: Rebuilds,
    private readonly aligner: PositionAligner,
    private readonly wakeups: Wakeups,
  ) {}

  async now(name: string, id: Uuid): Promise<Rebuild> {
    await this.db.transaction(async () => {
      const row = await this.rows.readRow(name, id, 'for update');
      if (row.state === 'live') return;
      if (!isUnderWay(row.state) && row.state !== 'paused') throw new RebuildOver(row.state);
      if (row.state !== 'ready') throw new RebuildNotReady(row.state);
      await this.switch(row);
    });
    crashPoint('rebuild.switched');
    this.wakeups.wakeAllProcesses('tables');
    this.wakeups.wakeAllProcesses('rebuilds');
    await this.registry.retireKept(name, 1);
    await this.registry.tryToDropRetired(name);
    return this.rebuilds.view(name, id);
  }

  private async switch(row: RebuildRow): Promise<void> {
    const live = await this.registry.live(row.name);
    if (!live) throw new NotFound('projection');
    const locked = await this.registry.lock(live.relation, row.relation);
    const old = locked.find((table) => table.relation === live.relation)!;
    const next = locked.find((table) => table.relation === row.relation)!;
    if (old.state !== 'live' || next.state !== 'building') throw new RebuildNotReady('catching-up');
    const ordersOfTable = row.orders ? new Map([[next.relation, row.orders]]) : undefined;
    const at = await this.aligner.align([old, next], row.orders ? 0 : row.total, ordersOfTable);
    crashPoint('rebuild.levelled');
    if (row.orders) await this.replaceRows(row.orders, old.relation, next.relation);
    else {
      await this.registry.makeLive(next.relation, old.relation);
      await this.rows.storeReplaced(row, old.relation);
    }
    await this.rows.changeState(row, 'live', row.orders ? undefined : at);
    crashPoint('rebuild.switching');
  }

  private async replaceRows(orders: readonly Uuid[], live: string, building: string): Promise<void> {
    const [into, from] = [quoted(live), quoted(building)];
    await this.db.query(`delete from ${into} where ${named.stream} = any($1::uuid[])`, [orders]);
    await this.db.query(`insert into ${into} select * from ${from}`);
    await this.db.query(`delete from projection_failures where relation = $1 and ${named.stream} = any($2::uuid[])`, [
      live,
      orders,
    ]);
    await this.db.query(
      `insert into projection_failures (relation, ${named.stream}, position, event_id, error)
       select $1, ${named.stream}, position, event_id, error from projection_failures where relation = $2`,
      [live, building],
    );
    await this.registry.stopFollower(live);
    await this.registry.retire(building);
  }
}
