import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { EventStore } from '#platform/event-store';
import { Leadership } from '#platform/leadership';
import { Database } from '#platform/database';
import { LiveRunner } from './live-runner';
import { ProjectionSet } from './projection-set';
import { Pulse, type Beat } from './pulse';
import { Rebuilder } from './rebuilder';
import { ProjectionRegistry } from './registry';

/** One process leads each projection: it keeps the live table at the head of the log, and does the rebuilds. */
@Injectable()
export class ProjectionRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('Projections');
  private readonly ending = new AbortController();
  private readonly working = new Set<Promise<void>>();
  private silence: () => void = () => undefined;

  constructor(
    private readonly db: Database,
    private readonly set: ProjectionSet,
    private readonly registry: ProjectionRegistry,
    private readonly store: EventStore,
    private readonly leadership: Leadership,
    private readonly live: LiveRunner,
    private readonly rebuilder: Rebuilder,
    private readonly pulse: Pulse,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.registry.check();
    const call = `${this.db.context} projections `;
    this.pulse.abroad = (beat) => this.leadership.notify(call + beat);
    this.leadership.onWord((word) => {
      if (word.startsWith(call)) this.pulse.tell(word.slice(call.length) as Beat);
    });
    this.silence = this.store.onNumbered(() => this.pulse.tell('log'));
    for (const name of this.set.names) {
      this.leadership.lead(`${this.db.context} projection ${name}`, (lost) => this.lead(name, lost));
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.ending.abort();
    this.silence();
    await Promise.all(this.working);
  }

  /** Until leadership is lost or the process ends. */
  async lead(name: string, lost: AbortSignal): Promise<void> {
    const stop = AbortSignal.any([lost, this.ending.signal]);
    if (stop.aborted) return;
    const work = Promise.all([this.live.run(name, stop), this.rebuilder.run(name, stop)]).then(
      () => undefined,
      (error: Error) => this.log.error(`${name} has stopped`, error.stack),
    );
    this.working.add(work);
    await work;
    this.working.delete(work);
  }
}
