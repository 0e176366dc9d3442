import {
  Inject,
  Injectable,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Database } from '#platform/database';
import { EventStore } from '#platform/event-store';
import { BACKSTAGE, Leadership } from '#platform/leadership';
import { LiveRunner } from './live-runner';
import { ProjectionSet } from './projection-set';
import { Pulse, type Beat } from './pulse';
import { Rebuilder } from './rebuilder';
import { ProjectionRegistry } from './registry';
import { Sentinel } from './sentinel';
import { Upgrade } from './upgrade';

/**
 * One process leads each projection: it keeps the live table at the head of the log, does the
 * rebuilds, starts the one that an upgrade needs, and looks for drift.
 */
@Injectable()
export class ProjectionRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private standDowns: (() => Promise<void>)[] = [];
  private silence: () => void = () => undefined;

  constructor(
    private readonly db: Database,
    private readonly set: ProjectionSet,
    private readonly registry: ProjectionRegistry,
    private readonly store: EventStore,
    private readonly leadership: Leadership,
    private readonly live: LiveRunner,
    private readonly rebuilder: Rebuilder,
    private readonly sentinel: Sentinel,
    private readonly upgrade: Upgrade,
    private readonly pulse: Pulse,
    @Optional() @Inject(BACKSTAGE) private readonly backstage?: true,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // An operator who wants to drop what is kept must be let in although its reducer has gone.
    await this.registry.check(this.backstage ? ['live'] : ['live', 'kept']);
    const call = `${this.db.context} projections `;
    this.pulse.abroad = (beat) => this.leadership.notify(call + beat);
    this.leadership.onWord((word) => {
      if (word.startsWith(call)) this.pulse.tell(word.slice(call.length) as Beat);
    });
    this.silence = this.store.onNumbered(() => this.pulse.tell('log'));
    this.standDowns = this.set.names.map((name) =>
      this.leadership.lead(`${this.db.context} projection ${name}`, (lost) => this.lead(name, lost)),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.silence();
    await Promise.all(this.standDowns.map((standDown) => standDown()));
  }

  /** Until the lead is lost, or stood down from. */
  async lead(name: string, lost: AbortSignal): Promise<void> {
    await Promise.all([
      this.live.run(name, lost),
      this.rebuilder.run(name, lost),
      ...(this.backstage ? [] : [this.sentinel.run(name, lost), this.upgrade.run(name, lost)]),
    ]);
  }
}
