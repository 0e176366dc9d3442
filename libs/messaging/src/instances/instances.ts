import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Config, type ContextName } from '#platform/config';
import { databaseUrl, expectRoom, type Database } from '#database';
import { Leadership } from '#database/leadership';
import type { Branch } from '../outbox/branch';
import { buildName } from './build';
import { Identities } from './identities';
import {
  beat,
  heardByLiving,
  heardLately,
  isNewestBuild,
  leave,
  livingInstances,
  register,
  type Registered,
} from './instances.store';
import { subscribe } from '../outbox/subscriptions.store';

const BEAT_MS = 5_000;

interface Entry {
  readonly context: ContextName;
  readonly db: Database;
  readonly build: string;
  readonly hears: Registered['hears'];
  /** True for the first context of each database URL. Its heartbeat also checks the free space of the disk. */
  readonly asksForRoom: boolean;
  registered: boolean;
  beating: boolean;
  failing: boolean;
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
  begin(branches: readonly Branch[]): void {
    const urls = branches.map(({ context }) => databaseUrl(this.config, context));
    this.entries = branches.map(({ context, db, handlers: { subscriptions: hears } }, at) => ({
      ...{ context, db, hears, registered: false, beating: false, failing: true },
      build: buildName(this.config, context, hears),
      asksForRoom: urls.indexOf(urls[at]) === at,
    }));
    this.timer = setInterval(() => void this.beat(), BEAT_MS);
    this.timer.unref();
  }

  /**
   * Call this before this process adds the subscriptions of these contexts. Throws `OtherDatabase`. The first check
   * runs before the registration, so that a process with a wrong database disturbs no other process. The second one
   * finds processes that start at the same time.
   */
  async register(contexts: readonly ContextName[]): Promise<void> {
    const entries = contexts.map((context) => this.entry(context));
    await this.identities.check(this.id);
    await Promise.all(entries.map((entry) => register(entry.db, this.row(entry))));
    await this.writeIdentities();
    try {
      await this.identities.check(this.id);
    } catch (error) {
      await Promise.all(entries.map(({ db }) => leave(db, this.id).catch(() => undefined)));
      throw error;
    }
    for (const entry of entries) Object.assign(entry, { registered: true, failing: false });
  }

  /**
   * True while the context is not registered, or if the last heartbeat failed or still runs when the next one is due.
   */
  isFailing(context: ContextName): boolean {
    return this.entries.some((entry) => entry.context === context && entry.failing);
  }

  /** True if another living process has one of these contexts open. */
  async hasPeers(contexts: readonly ContextName[]): Promise<boolean> {
    const found = await Promise.all(contexts.map((context) => livingInstances(this.entry(context).db)));
    return found.flat().some(({ id }) => id !== this.id);
  }

  /** The build that this process runs for the context. */
  build(context: ContextName): string {
    return this.entry(context).build;
  }

  /** True if this process runs the newest living build of the context. */
  isNewest(context: ContextName): Promise<boolean> {
    const { db, build } = this.entry(context);
    return isNewestBuild(db, build);
  }

  /** The handlers and types of all living processes of the context. */
  heardByLiving(context: ContextName): Promise<{ handler: string; type: string }[]> {
    return heardByLiving(this.entry(context).db);
  }

  /** The handlers and types of all processes of the context that were alive within the last day. */
  heardLately(context: ContextName): Promise<{ handler: string; type: string }[]> {
    return heardLately(this.entry(context).db);
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    const known = this.entries.filter(({ registered }) => registered);
    // without this, the other processes notice only after 20 seconds that this one has ended
    await Promise.all(known.map(({ db }) => leave(db, this.id).catch(() => undefined)));
  }

  /** Writes the newly found identities into the databases of the contexts that are registered already. */
  private async writeIdentities(): Promise<void> {
    const open = this.entries.filter(({ registered }) => registered);
    // after a failure, the next heartbeat writes them
    await Promise.all(open.map((entry) => beat(entry.db, this.row(entry)).catch(() => undefined)));
  }

  private async beat(): Promise<void> {
    await Promise.all(this.entries.filter(({ registered }) => registered).map((entry) => this.beatOne(entry)));
  }

  private async beatOne(entry: Entry): Promise<void> {
    if (entry.beating) {
      entry.failing = true;
      return;
    }
    entry.beating = true;
    try {
      const row = this.row(entry);
      if (!(await beat(entry.db, row))) await this.registerAgain(entry, row);
      if (entry.asksForRoom) await expectRoom(entry.db);
      entry.failing = false;
    } catch {
      entry.failing = true; // the next heartbeat tries again
    } finally {
      entry.beating = false;
    }
  }

  /**
   * Registers again after the row of this process was removed: the database was restored, or an operator removed a
   * process that did not respond.
   */
  private async registerAgain({ context, db, hears }: Entry, row: Registered): Promise<void> {
    await register(db, row);
    const { added } = await subscribe(db, hears);
    if (added > 0) this.log.warn(`${added} subscriptions of ${context} were missing and are added again`);
  }

  private row({ build, hears }: Entry): Registered {
    return { id: this.id, number: this.leadership.instance, build, hears, databases: this.identities.all };
  }

  private entry(context: ContextName): Entry {
    const entry = this.entries.find((one) => one.context === context);
    if (!entry) throw new Error(`${context} has not been opened here`);
    return entry;
  }
}
