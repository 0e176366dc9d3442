import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { EventStore } from '#event-store';
import { WITHOUT_JOBS, Leadership } from '#database/leadership';
import { LiveRunner } from './live-runner';
import { ProjectionSet } from './projection-set';
import { Wakeups, type Wakeup } from './wakeups';
import { Rebuilder } from '../rebuild/rebuilder';
import { ProjectionRegistry } from './registry';
import { Sentinel } from '../drift/sentinel';
import { Upgrade } from './upgrade';
import { StreamDatabase } from '../../streams/stream-database';

/**
 * For each projection, one process is the leader. The leader keeps the live table up to date, runs rebuilds, starts the
 * rebuild that an upgrade needs, and looks for drift.
 */
@Injectable()
export class ProjectionRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private releaseLeads: (() => Promise<void>)[] = [];
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly db: StreamDatabase,
    private readonly set: ProjectionSet,
    private readonly registry: ProjectionRegistry,
    private readonly store: EventStore,
    private readonly leadership: Leadership,
    private readonly liveRunner: LiveRunner,
    private readonly rebuilder: Rebuilder,
    private readonly sentinel: Sentinel,
    private readonly upgrade: Upgrade,
    private readonly wakeups: Wakeups,
    @Optional() @Inject(WITHOUT_JOBS) private readonly withoutJobs?: true,
  ) {}

  private readonly log = new Logger('Projections');

  async onApplicationBootstrap(): Promise<void> {
    // The operator's command line runs without jobs. It must start even if the reducer of a kept table is missing,
    // because the operator uses it to drop such a table.
    const unknown = await this.registry.expectReducers(this.withoutJobs ? ['live'] : ['live', 'kept']);
    if (unknown.length > 0)
      this.log.log(
        `this build does not know these read models, so only a newer build can update them: ${unknown.join(', ')}`,
      );
    const prefix = `${this.db.context} projections `;
    this.wakeups.notifyOthers = (wakeup) => this.leadership.notify(prefix + wakeup);
    this.leadership.onNotification((text) => {
      if (text.startsWith(prefix)) this.wakeups.wake(text.slice(prefix.length) as Wakeup);
    });
    this.leadership.onReopened(() => this.wakeups.wakeAll());
    this.unsubscribe = this.store.onNumbered(() => this.wakeups.wake('log'));
    this.releaseLeads = this.set.names.map((name) =>
      this.leadership.lead(`${this.db.context} projection ${name}`, (stop) => this.lead(name, stop)),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.unsubscribe();
    await Promise.all(this.releaseLeads.map((releaseLead) => releaseLead()));
  }

  /** Runs until this process is no longer the leader. */
  async lead(name: string, stop: AbortSignal): Promise<void> {
    await Promise.all([
      this.liveRunner.run(name, stop),
      this.rebuilder.run(name, stop),
      ...(this.withoutJobs ? [] : [this.sentinel.run(name, stop), this.upgrade.run(name, stop)]),
    ]);
  }
}
