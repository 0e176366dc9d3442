import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Config, type ContextName } from '#platform/config';
import { databaseUrl, checkDiskSpace, type Database } from '#database';
import { Leadership } from '#database/leadership';
import type { MessageEndpoint } from '../outbox/message-endpoint';
import { buildName } from './build';
import { Identities } from './identities';
import {
  writeHeartbeat,
  readHandledByLiving,
  readHandledLately,
  isNewestBuild,
  markEnded,
  readLivingInstances,
  insertInstance,
  type Registration,
} from './instances.store';
import { moveToSubscribedLanes, subscribe } from '../outbox/subscriptions.store';

const BEAT_MS = 5_000;

interface Entry {
  readonly context: ContextName;
  readonly db: Database;
  readonly build: string;
  readonly hears: Registration['hears'];
  /** True for the first context of each database URL. Its heartbeat also checks the free space of the disk. */
  readonly checksDiskSpace: boolean;
  isRegistered: boolean;
  isBeating: boolean;
  isFailing: boolean;
}

/** Registers this process in each context's database, and writes its heartbeats: its build, handlers and databases. */
@Injectable()
export class Instances {
  private readonly log = new Logger('Instances');
  readonly id = randomUUID();
  private entries: readonly Entry[] = [];
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly config: Config,
    private readonly leadership: Leadership,
    private readonly identities: Identities,
  ) {}

  /** Prepares an entry for each context and starts the heartbeats. Each context is registered later. */
  startHeartbeats(endpoints: readonly MessageEndpoint[]): void {
    const urls = endpoints.map(({ context }) => databaseUrl(this.config, context));
    this.entries = endpoints.map(({ context, db, handlers: { subscriptions: hears } }, at) => ({
      ...{ context, db, hears, isRegistered: false, isBeating: false, isFailing: true },
      build: buildName(this.config, context, hears),
      checksDiskSpace: urls.indexOf(urls[at]) === at,
    }));
    this.timer = setInterval(() => void this.writeHeartbeats(), BEAT_MS);
    this.timer.unref();
  }

  /**
   * Call this before this process adds the subscriptions of these contexts. Throws `DatabasesDiffer`. The first check
   * runs before the registration, so that a process with a wrong database disturbs no other process. The second check
   * finds processes that start at the same time.
   */
  async register(contexts: readonly ContextName[]): Promise<void> {
    const entries = contexts.map((context) => this.entryOf(context));
    await this.identities.check(this.id);
    await Promise.all(entries.map((entry) => insertInstance(entry.db, this.registrationOf(entry))));
    await this.writeIdentities();
    try {
      await this.identities.check(this.id);
    } catch (error) {
      await Promise.all(entries.map(({ db }) => markEnded(db, this.id).catch(() => undefined)));
      throw error;
    }
    for (const entry of entries) Object.assign(entry, { isRegistered: true, isFailing: false });
  }

  /**
   * True while the context is not registered, or if the last heartbeat failed or still runs when the next one is due.
   */
  isFailing(context: ContextName): boolean {
    return this.entries.some((entry) => entry.context === context && entry.isFailing);
  }

  /** True if another living process has one of these contexts open. */
  async hasPeers(contexts: readonly ContextName[]): Promise<boolean> {
    const found = await Promise.all(contexts.map((context) => readLivingInstances(this.entryOf(context).db)));
    return found.flat().some(({ id }) => id !== this.id);
  }

  /** The build that this process runs for the context. */
  buildOf(context: ContextName): string {
    return this.entryOf(context).build;
  }

  /** True if this process runs the newest living build of the context. */
  isNewest(context: ContextName): Promise<boolean> {
    const { db, build } = this.entryOf(context);
    return isNewestBuild(db, build);
  }

  /** The handlers and types of all living processes of the context. */
  handledByLiving(context: ContextName): Promise<{ handler: string; type: string }[]> {
    return readHandledByLiving(this.entryOf(context).db);
  }

  /** The handlers and types of all processes of the context that were alive within the last day. */
  handledLately(context: ContextName): Promise<{ handler: string; type: string }[]> {
    return readHandledLately(this.entryOf(context).db);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    const registered = this.entries.filter(({ isRegistered }) => isRegistered);
    // without this, the other processes notice only after 20 seconds that this process has ended
    await Promise.all(registered.map(({ db }) => markEnded(db, this.id).catch(() => undefined)));
  }

  /** Writes the newly found identities into the databases of the contexts that are registered already. */
  private async writeIdentities(): Promise<void> {
    const registered = this.entries.filter(({ isRegistered }) => isRegistered);
    // after a failure, the next heartbeat writes them
    await Promise.all(
      registered.map((entry) => writeHeartbeat(entry.db, this.registrationOf(entry)).catch(() => undefined)),
    );
  }

  private async writeHeartbeats(): Promise<void> {
    await Promise.all(
      this.entries.filter(({ isRegistered }) => isRegistered).map((entry) => this.writeHeartbeatOf(entry)),
    );
  }

  private async writeHeartbeatOf(entry: Entry): Promise<void> {
    if (entry.isBeating) {
      entry.isFailing = true;
      return;
    }
    entry.isBeating = true;
    try {
      const registration = this.registrationOf(entry);
      const heartbeat = await writeHeartbeat(entry.db, registration);
      if (!heartbeat) await this.registerAgain(entry, registration);
      else if (heartbeat.differs) await this.subscribeAgain(entry, heartbeat.isNewest);
      if (entry.checksDiskSpace) await checkDiskSpace(entry.db);
      entry.isFailing = false;
    } catch {
      entry.isFailing = true; // the next heartbeat tries again
    } finally {
      entry.isBeating = false;
    }
  }

  /**
   * Registers again after the row of this process was removed: the database was restored, or an operator removed a
   * process that did not respond.
   */
  private async registerAgain(entry: Entry, registration: Registration): Promise<void> {
    const { context, db, build } = entry;
    await insertInstance(db, registration);
    const added = await this.subscribeAgain(entry, await isNewestBuild(db, build));
    if (added > 0) this.log.warn(`${added} subscriptions of ${context} were missing and are added again`);
  }

  /**
   * Call this if another build changed the subscriptions while this process was paused or could not reach the database,
   * or if a newer build has ended. Then messages can be in lanes that no process handles now.
   */
  private async subscribeAgain({ db, hears }: Entry, isNewest: boolean): Promise<number> {
    const { added } = await subscribe(db, hears, isNewest);
    await moveToSubscribedLanes(db);
    return added;
  }

  private registrationOf({ build, hears }: Entry): Registration {
    return { id: this.id, number: this.leadership.instance, build, hears, databases: this.identities.all };
  }

  private entryOf(context: ContextName): Entry {
    const entry = this.entries.find((one) => one.context === context);
    if (!entry) throw new Error(`the messaging of ${context} does not run in this process`);
    return entry;
  }
}
