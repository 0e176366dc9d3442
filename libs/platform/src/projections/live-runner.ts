import { Injectable, Logger } from '@nestjs/common';
import { Database } from '#platform/database';
import { EventStore } from '#platform/event-store';
import { hushed } from '#platform/messaging';
import { Follower } from './follower';
import { Portion } from './portion';
import { Pulse } from './pulse';
import { ProjectionRegistry, type ProjectionTable } from './registry';
import { SetAside } from './set-aside';
import { SharedLog } from './shared-log';

/** From so many events on there are likely to be more: then the portions of a rebuild are taken. */
const many = 500;
/** Under load events come by the millisecond; a batch waits this long for its companions. */
const gather = 15;

/** Keeps the live table of a projection at the head of the log. */
@Injectable()
export class LiveRunner {
  private readonly log = new Logger('Projections');
  private readonly events: SharedLog;

  constructor(
    private readonly db: Database,
    store: EventStore,
    private readonly registry: ProjectionRegistry,
    private readonly setAside: SetAside,
    private readonly pulse: Pulse,
  ) {
    this.events = new SharedLog(store);
  }

  async run(name: string, stop: AbortSignal): Promise<void> {
    let troubles = 0;
    let retried = false;
    while (!stop.aborted) {
      try {
        await this.registry.ensureLive(name);
        const table = (await this.registry.live(name))!;
        // Whoever takes the lead may come with another build: what it was not able to digest before, it may be now.
        if (!retried) await this.setAside.retryAll(table, stop);
        retried = true;
        await this.follow(table, stop, () => (troubles = 0));
      } catch (error) {
        if (stop.aborted) return;
        troubles += 1;
        this.log.error(`${name} stumbled (${troubles})`, (error as Error)?.stack);
        await this.admit(name, error);
        await this.pulse.wait([], Math.min(100 * 2 ** troubles, 5_000), stop);
      }
    }
  }

  private async follow(table: ProjectionTable, stop: AbortSignal, well: () => void): Promise<void> {
    const current = (await this.registry.table(table.relation))!;
    let troubled = current.trouble !== null;
    const setAside = new Set(await this.registry.failures(table.relation));
    const follower = new Follower(this.db, this.events, this.registry.of(table), current, setAside);
    const portion = new Portion(this.db);
    let behind = false;
    while (!stop.aborted) {
      const since = this.pulse.moment(['log']);
      const batch: number = behind ? await portion.after(follower.at) : many;
      const { outcome, events } = await hushed(table.name, () => follower.step(batch));
      well();
      if (troubled) await this.registry.trouble(table.relation, null);
      troubled = false;
      if (outcome === 'lost') return;
      if (outcome === 'moved') this.pulse.tell('moved');
      behind = events >= Math.min(many, batch);
      if (outcome === 'idle') await this.pulse.wait(['log'], 500, stop, since);
      else if (events > 0 && !behind) await this.pulse.wait([], gather, stop);
    }
  }

  /** Says on the table itself why it does not move, if the database can still be told. */
  private async admit(name: string, error: unknown): Promise<void> {
    const why = String((error as Error)?.message ?? error).slice(0, 500);
    const tell = async (): Promise<void> => {
      const live = await this.registry.live(name);
      if (live) await this.registry.trouble(live.relation, why);
    };
    await tell().catch(() => undefined);
  }
}
