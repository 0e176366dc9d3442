import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { MessageClass } from '#kernel';
import type { ContextName } from '#platform/config';
import type { Database } from '#platform/database';
import { BACKSTAGE, Leadership } from '#platform/leadership';
import type { Branch } from './branch';
import { handlersIn } from './discovery';
import { Handlers, refuseNamesakes } from './handlers';
import { Gathering } from './gathering';
import { doneQuickly, subscribe } from './inbox.store';
import { InboxWorker } from './inbox-worker';
import { RELAY, relay } from './relay';
import { MessageRegistry } from './registry';
import { Signal } from './signal';
import { TimerClock } from './timer-clock';
import { Transport } from './transport';
import { Branches } from './branches';

const PATIENCE_MS = 8_000;

/** Opens every context's branch when the application is up, and closes them when it is told to stop. */
@Injectable()
export class PostOffice implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private workers: InboxWorker[] = [];
  private clocks: TimerClock[] = [];
  private standDowns: (() => Promise<void>)[] = [];
  private readonly log = new Logger('PostOffice');

  constructor(
    private readonly modules: ModulesContainer,
    private readonly leadership: Leadership,
    private readonly transport: Transport,
    private readonly branches: Branches,
    @Optional() @Inject(BACKSTAGE) private readonly backstage: boolean | null,
  ) {
    leadership.onWord((word) => this.heard(word));
  }

  open(context: ContextName, db: Database, classes: readonly MessageClass[]): Branch {
    const registry = new MessageRegistry();
    registry.add(...classes);
    const branch: Branch = {
      context,
      db,
      registry,
      handlers: new Handlers(),
      relay: new Signal(),
      inbox: new Signal(),
      timers: new Signal(),
      done: new Gathering((claims) => doneQuickly(db, claims)),
    };
    branch.relay.onRaise(() => {
      if (!this.leadership.leads(RELAY(context))) this.leadership.notify(`outbox:${context}`);
    });
    this.branches.add(branch);
    return branch;
  }

  branch(context: ContextName): Branch {
    return this.branches.at(context);
  }

  async onApplicationBootstrap(): Promise<void> {
    for (const branch of this.branches.all) {
      branch.handlers = new Handlers(handlersIn(this.modules, branch.context));
      branch.registry.add(...branch.handlers.all.flatMap(({ classes }) => classes));
    }
    refuseNamesakes(this.branches.all);
    if (!this.backstage)
      for (const { handlers } of this.branches.all) for (const handler of handlers.all) await handler.check?.();
    await Promise.all(this.branches.all.map(({ db, handlers }) => subscribe(db, handlers.subscriptions)));
    for (const branch of this.branches.all) this.start(branch);
  }

  /** Before anything is closed: nothing more is claimed, and what is being handled is brought to its end. */
  async beforeApplicationShutdown(): Promise<void> {
    const drained = Promise.all([...this.workers, ...this.clocks].map((one) => one.stop(PATIENCE_MS)));
    await Promise.all([drained, ...this.standDowns.map((standDown) => standDown())]);
  }

  private start(branch: Branch): void {
    const worker = new InboxWorker(branch, this.leadership);
    this.workers.push(worker);
    worker.start();
    const clock = new TimerClock(branch);
    this.clocks.push(clock);
    clock.start();
    this.standDowns.push(
      this.leadership.lead(RELAY(branch.context), (lost) => relay(branch, this.transport, lost, this.log)),
    );
  }

  private heard(word: string): void {
    const [what, context] = word.split(':') as [string, ContextName];
    const branch = this.branches.find(context);
    if (what === 'outbox') branch?.relay.ring();
    if (what === 'inbox') branch?.inbox.ring();
  }
}
