import { setTimeout as pause } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import type { MessageClass } from '#kernel';
import type { ContextName } from '#platform/config';
import type { Database } from '#database';
import { WITHOUT_JOBS, Leadership } from '#database/leadership';
import type { MessageEndpoint } from './message-endpoint';
import { findHandlers } from '../messages/discovery';
import { Handlers, checkUniqueNames, checkOneHandlerPerCommand } from '../messages/handlers';
import { Batcher } from './batcher';
import { markDone } from '../inbox/inbox.store';
import { InboxWorker } from '../inbox/inbox-worker';
import { LaneMarks } from '../inbox/lane-marks';
import { Probes } from '../inbox/probes';
import { StalledMessages } from '../inbox/stalled';
import { Instances } from '../instances/instances';
import { initCounters } from '../inbox/metrics';
import { LateContexts, openNowOrLater } from '../instances/late-contexts';
import { relayLeadName, relay } from './relay';
import { Relays } from './relays';
import { MessageRegistry } from '../messages/registry';
import { Signal } from '../signal';
import { subscribe } from './subscriptions.store';
import { TimerClock } from '../timers/timer-clock';
import { Transport } from './transport';
import { MessageEndpoints } from './message-endpoints';

const STOP_TIMEOUT_MS = 8_000;
/** After this time, no relay uses an older list of subscriptions. It is longer than `OLDEST_SUBSCRIPTIONS_MS`. */
const KNOWN_TO_ALL_MS = 2_500;

/** Starts the messaging of every context after the application has started, and stops it at shutdown. */
@Injectable()
export class MessagingRuntime implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private workers: InboxWorker[] = [];
  private clocks: TimerClock[] = [];
  private releaseLeads: (() => Promise<void>)[] = [];
  private readonly stopping = new AbortController();
  private readonly log = new Logger('Messaging');

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly commands: CommandBus,
    private readonly leadership: Leadership,
    private readonly transport: Transport,
    private readonly endpoints: MessageEndpoints,
    private readonly instances: Instances,
    private readonly relays: Relays,
    @Optional() @Inject(WITHOUT_JOBS) private readonly withoutJobs: boolean | null,
    @Optional() @Inject(LateContexts) private readonly lateContexts: LateContexts | null,
  ) {
    leadership.onNotification((notification) => this.onNotification(notification));
    leadership.onReopened(() => this.endpoints.all.forEach(ringAll));
  }

  addContext(context: ContextName, db: Database, classes: readonly MessageClass[]): MessageEndpoint {
    const registry = new MessageRegistry();
    registry.add(...classes);
    const endpoint: MessageEndpoint = {
      context,
      db,
      registry,
      handlers: new Handlers(),
      relay: new Signal(),
      inbox: new Signal(),
      timers: new Signal(),
      marks: new LaneMarks(),
      probes: new Probes(),
      stalled: new StalledMessages(),
      isNewest: () => this.instances.isNewest(context),
      done: new Batcher((claims) => markDone(db, claims)),
    };
    endpoint.relay.onRaise(() => {
      if (!this.leadership.leads(relayLeadName(context))) this.leadership.notify(`outbox:${context}`);
    });
    this.endpoints.add(endpoint);
    return endpoint;
  }

  endpoint(context: ContextName): MessageEndpoint {
    return this.endpoints.get(context);
  }

  async onApplicationBootstrap(): Promise<void> {
    for (const endpoint of this.endpoints.all) {
      endpoint.handlers = new Handlers(findHandlers(this.discovery, this.commands, endpoint.context));
      endpoint.registry.add(...endpoint.handlers.all.flatMap(({ classes }) => classes));
    }
    checkUniqueNames(this.endpoints.all);
    checkOneHandlerPerCommand(this.endpoints.all.flatMap(({ handlers }) => handlers.all));
    if (this.withoutJobs) return;
    this.instances.startHeartbeats(this.endpoints.all);
    const late = this.lateContexts?.contexts ?? [];
    await Promise.all([
      this.openContexts(this.endpoints.all.filter(({ context }) => !late.includes(context))),
      ...this.endpoints.all
        .filter(({ context }) => late.includes(context))
        .map((endpoint) =>
          openNowOrLater(
            endpoint.context,
            this.lateContexts!,
            () => this.openContexts([endpoint]),
            this.stopping.signal,
            this.log,
          ),
        ),
    ]);
  }

  /** Nest calls this before it closes anything. The workers stop claiming, and finish the messages in work. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    const drained = Promise.all([...this.workers, ...this.clocks].map((one) => one.stop(STOP_TIMEOUT_MS)));
    await Promise.all([drained, ...this.releaseLeads.map((releaseLead) => releaseLead())]);
    await this.instances.stop();
  }

  private async openContexts(endpoints: readonly MessageEndpoint[]): Promise<void> {
    for (const { handlers } of endpoints) for (const handler of handlers.all) await handler.check?.();
    await this.instances.register(endpoints.map(({ context }) => context));
    await this.subscribe(endpoints);
    if (!this.stopping.signal.aborted) for (const endpoint of endpoints) this.start(endpoint);
  }

  /**
   * Adds the subscriptions, and waits until every relay knows them. After that, every sent message reaches the handlers
   * of this process.
   */
  private async subscribe(endpoints: readonly MessageEndpoint[]): Promise<void> {
    const subscribed = await Promise.all(
      endpoints.map(async ({ db, handlers, isNewest }) => subscribe(db, handlers.subscriptions, await isNewest())),
    );
    const waitMs = KNOWN_TO_ALL_MS - 1_000 * Math.min(...subscribed.map(({ age }) => age));
    if (waitMs <= 0) return;
    const contexts = endpoints.map(({ context }) => context);
    if (this.leadership.hasPeers || (await this.instances.hasPeers(contexts))) await pause(waitMs);
  }

  private start(endpoint: MessageEndpoint): void {
    initCounters(endpoint.context);
    const worker = new InboxWorker(endpoint, this.leadership);
    this.workers.push(worker);
    worker.start();
    endpoint.worker = worker;
    const clock = new TimerClock(endpoint);
    this.clocks.push(clock);
    clock.start();
    this.releaseLeads.push(
      this.leadership.lead(relayLeadName(endpoint.context), (lost) =>
        relay(endpoint, this.transport, this.relays.of(endpoint.context), lost, this.log),
      ),
    );
  }

  private onNotification(notification: string): void {
    const [what, context] = notification.split(':') as [string, ContextName];
    const endpoint = this.endpoints.find(context);
    if (what === 'outbox') endpoint?.relay.ring();
    if (what === 'inbox') endpoint?.inbox.ring();
  }
}

const ringAll = ({ relay, inbox, timers }: MessageEndpoint): void => {
  for (const signal of [relay, inbox, timers]) signal.ring();
};
