import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Database } from '#database';
import { EventStore } from '#event-store';
import { WITHOUT_JOBS, Leadership } from '#database/leadership';
import { LogReader } from './log-reader';
import type { LogSubscription } from './subscription';

/** Runs the log subscriptions of this context. Each subscription runs in one process at a time. */
@Injectable()
export class LogSubscriptions implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('LogSubscriptions');
  private readonly subscriptions = new Map<string, LogSubscription>();
  private releaseLeads: (() => Promise<void>)[] = [];
  private isStarted = false;

  constructor(
    private readonly db: Database,
    private readonly store: EventStore,
    private readonly leadership: Leadership,
    @Optional() @Inject(WITHOUT_JOBS) private readonly withoutJobs?: true,
  ) {}

  /** Call this once for each name, from a constructor or later. */
  subscribe(subscription: LogSubscription): void {
    const { name } = subscription;
    if (this.subscriptions.has(name))
      throw new Error(`there is already a log subscription with the name ${name}: choose another name`);
    this.subscriptions.set(name, subscription);
    if (this.isStarted) this.start(subscription);
  }

  onApplicationBootstrap(): void {
    if (this.withoutJobs) return;
    this.isStarted = true;
    for (const subscription of this.subscriptions.values()) this.start(subscription);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.releaseLeads.map((releaseLead) => releaseLead()));
  }

  private start(subscription: LogSubscription): void {
    const { db, store, log } = this;
    this.releaseLeads.push(
      this.leadership.lead(`${db.context} subscription ${subscription.name}`, (stop) =>
        new LogReader(db, store, subscription, log).run(stop),
      ),
    );
  }
}
