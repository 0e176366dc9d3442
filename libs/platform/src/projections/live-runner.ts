import { Injectable, Logger } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database } from '#platform/database';
import { EventStore } from '#platform/event-store';
import { Follower } from './follower';
import { foldBatch } from './fold';
import type { Projection } from './projection';
import { Pulse } from './pulse';
import { ProjectionRegistry, type ProjectionTable } from './registry';
import { dataIsWrong, TableWriter } from './table-writer';

const batch = 500;
/** Under load events come by the millisecond; a batch waits this long for its companions. */
const gather = 15;

/** Keeps the live table of a projection at the head of the log. */
@Injectable()
export class LiveRunner {
  private readonly log = new Logger('Projections');

  constructor(
    private readonly db: Database,
    private readonly store: EventStore,
    private readonly registry: ProjectionRegistry,
    private readonly pulse: Pulse,
  ) {}

  async run(name: string, stop: AbortSignal): Promise<void> {
    let troubles = 0;
    while (!stop.aborted) {
      try {
        await this.registry.ensureLive(name);
        const table = (await this.registry.live(name))!;
        if (troubles === 0) await this.retrySetAside(table);
        await this.follow(table, stop);
        troubles = 0;
      } catch (error) {
        if (stop.aborted) return;
        troubles += 1;
        this.log.error(`${name} stumbled (${troubles})`, (error as Error)?.stack);
        await this.pulse.wait([], Math.min(100 * 2 ** troubles, 5_000), stop);
      }
    }
  }

  private async follow(table: ProjectionTable, stop: AbortSignal): Promise<void> {
    const current = (await this.registry.table(table.relation))!;
    const setAside = new Set(await this.registry.failures(table.relation));
    const follower = new Follower(this.db, this.store, this.registry.of(table), current, setAside);
    while (!stop.aborted) {
      const since = this.pulse.moment(['log']);
      const { outcome, events } = await follower.step(batch);
      if (outcome === 'lost') return;
      if (outcome === 'moved') this.pulse.tell('moved');
      if (outcome === 'idle') await this.pulse.wait(['log'], 500, stop, since);
      else if (events > 0 && events < batch) await this.pulse.wait([], gather, stop);
    }
  }

  /** Orders set aside before may be digestible for the reducer of this build: each is folded anew from its stream. */
  private async retrySetAside(table: ProjectionTable): Promise<void> {
    const projection = this.registry.of(table);
    for (const orderId of await this.registry.failures(table.relation)) {
      await this.db
        .transaction(() => this.foldAnew(table, projection, orderId))
        .catch((error: unknown) => {
          if (!dataIsWrong(error)) throw error; // its row still does not fit the table
        });
    }
  }

  private async foldAnew(table: ProjectionTable, projection: Projection, orderId: Uuid): Promise<void> {
    const [held] = await this.registry.lock(table.relation);
    if (held?.state !== 'live') return;
    const events = await this.store.read(orderId);
    const seen = events.filter((event) => event.position !== null && event.position <= held.position);
    const folded = foldBatch(projection, new Map(), seen);
    if (folded.failures.length) return;
    const still = { from: held.position, to: held.position, epoch: held.epoch, rate: held.rate };
    await new TableWriter(this.db, projection, table.relation).move(still, folded);
    await this.db.query('delete from projection_failures where relation = $1 and order_id = $2', [
      table.relation,
      orderId,
    ]);
    this.log.log(`${table.name} digests order ${orderId} again`);
  }
}
