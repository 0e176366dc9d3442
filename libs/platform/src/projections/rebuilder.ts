import { Injectable, Logger } from '@nestjs/common';
import { Database } from '#platform/database';
import { EventStore, type RecordedEvent } from '#platform/event-store';
import { Follower } from './follower';
import { foldBatch } from './fold';
import { GoLive, closeEnough } from './go-live';
import { Pulse } from './pulse';
import { RebuildNotReady, Rebuilds, type RebuildRow } from './rebuilds';
import { ProjectionRegistry } from './registry';
import { TableWriter } from './table-writer';

const batch = 1_000;

/** Does the work of a rebuild, from wherever its own checkpoint stands: a crash costs at most a batch. */
@Injectable()
export class Rebuilder {
  private readonly log = new Logger('Rebuilder');

  constructor(
    private readonly db: Database,
    private readonly store: EventStore,
    private readonly registry: ProjectionRegistry,
    private readonly rebuilds: Rebuilds,
    private readonly goLive: GoLive,
    private readonly pulse: Pulse,
  ) {}

  /** Works on whatever rebuild of this projection there is, until told to stop. */
  async run(name: string, stop: AbortSignal): Promise<void> {
    let troubles = 0;
    while (!stop.aborted) {
      try {
        const since = this.pulse.moment(['rebuilds']);
        const row = await this.rebuilds.current(name);
        if (row) await this.work(row, stop);
        else await this.pulse.wait(['rebuilds'], 1_000, stop, since);
        troubles = 0;
      } catch (error) {
        if (stop.aborted) return;
        troubles += 1;
        this.log.error(`the rebuild of ${name} stumbled (${troubles})`, (error as Error)?.stack);
        if (troubles >= 10) await this.giveUp(name, error).catch(() => undefined);
        await this.pulse.wait([], Math.min(100 * 2 ** troubles, 5_000), stop);
      }
    }
  }

  private async work(row: RebuildRow, stop: AbortSignal): Promise<void> {
    switch (row.state) {
      case 'preparing':
        return this.prepare(row);
      case 'replaying':
        return row.orders ? this.replayOrders(row) : this.follow(row, stop);
      case 'comparing':
        return void (await this.rebuilds.enter(row, 'ready'));
      case 'ready':
        if (row.goLive === 'auto') return this.switchOver(row);
        return this.follow(row, stop);
      default:
        return this.follow(row, stop);
    }
  }

  private async prepare(row: RebuildRow): Promise<void> {
    for (const relation of await this.registry.outlived(row.name)) {
      await this.db.transaction(() => this.registry.retire(relation));
    }
    await this.registry
      .sweep(row.name)
      .catch((error: Error) => this.log.warn(`an old table of ${row.name} is still in use: ${error.message}`));
    const table = await this.registry.table(row.relation);
    await this.registry.build(row.relation, this.registry.of(table!));
    await this.rebuilds.enter(row, 'replaying');
  }

  /** Batch by batch until the rebuild's state is another one: its own doing, an admin's, or the process ends. */
  private async follow(row: RebuildRow, stop: AbortSignal): Promise<void> {
    const table = await this.registry.table(row.relation);
    const setAside = new Set(await this.registry.failures(row.relation));
    const only = row.orders ? new Set(row.orders) : undefined;
    const follower = new Follower(this.db, this.store, this.registry.of(table!), table!, setAside, only);
    while (!stop.aborted) {
      const since = this.pulse.moment(['log', 'rebuilds']);
      const { outcome, events } = await follower.step(batch);
      if (outcome === 'lost') return;
      if (await this.advanced(row, follower.at)) return;
      if (outcome === 'idle' || events < batch) {
        await this.pulse.wait(['log', 'rebuilds'], row.state === 'ready' ? 500 : 20, stop, since);
        if ((await this.rebuilds.current(row.name))?.state !== row.state) return;
      }
    }
  }

  private async advanced(row: RebuildRow, position: number): Promise<boolean> {
    if (row.state === 'replaying') {
      return position >= row.target && this.rebuilds.enter(row, 'catching-up', row.orders ? undefined : position);
    }
    if (row.state !== 'catching-up') return false;
    const live = await this.registry.live(row.name);
    const close = Math.abs((live?.position ?? position) - position) <= closeEnough;
    return close && this.rebuilds.enter(row, 'comparing', row.orders ? undefined : position);
  }

  /** Single orders are read from their own streams, so that the length of the log does not matter. */
  private async replayOrders(row: RebuildRow): Promise<void> {
    const table = (await this.registry.table(row.relation))!;
    const projection = this.registry.of(table);
    const streams: RecordedEvent[][] = [];
    for (const id of row.orders!) {
      const events = await this.store.read(id);
      streams.push(events.filter((event) => event.position !== null && event.position <= row.target));
    }
    const total = streams.flat().length;
    await this.rebuilds.progress(row, 0, total);
    const folded = foldBatch(projection, new Map(), streams.flat());
    const move = { from: table.position, to: Math.max(row.target, table.position), epoch: table.epoch, rate: 0 };
    const written = await new TableWriter(this.db, projection, row.relation).move(move, folded);
    if (!written) return;
    await this.rebuilds.progress(row, total, total);
    await this.rebuilds.enter(row, 'catching-up');
  }

  private async switchOver(row: RebuildRow): Promise<void> {
    try {
      await this.goLive.now(row.name, row.id);
    } catch (error) {
      if (!(error instanceof RebuildNotReady)) throw error;
      await this.rebuilds.enter(row, 'catching-up');
    }
  }

  private async giveUp(name: string, error: unknown): Promise<void> {
    const row = await this.rebuilds.current(name);
    if (!row) return;
    await this.db.transaction(async () => {
      const failed = await this.rebuilds.enter(row, 'failed', undefined, String((error as Error)?.message ?? error));
      if (!failed) return;
      await this.registry.lock(row.relation);
      await this.registry.retire(row.relation);
    });
  }
}
