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

interface Card {
  readonly context: ContextName;
  readonly db: Database;
  readonly build: string;
  readonly hears: Registered['hears'];
  /** True for the first context of each server: it checks the free space of the server's disk. */
  readonly asksForRoom: boolean;
  registered: boolean;
  beating: boolean;
  failing: boolean;
}

/** Writes into each context's database that this process is alive, which build it runs, and what it handles. */
@Injectable()
export class Instances {
  private readonly log = new Logger('Instances');
  readonly id = randomUUID();
  private cards: readonly Card[] = [];
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly config: Config,
    private readonly leadership: Leadership,
    private readonly identities: Identities,
  ) {}

  /** Prepares one card for each context. No context is open yet; each one is registered later. */
  begin(branches: readonly Branch[]): void {
    const urls = branches.map(({ context }) => databaseUrl(this.config, context));
    this.cards = branches.map(({ context, db, handlers: { subscriptions: hears } }, at) => ({
      ...{ context, db, hears, registered: false, beating: false, failing: true },
      build: buildName(this.config, context, hears),
      asksForRoom: urls.indexOf(urls[at]) === at,
    }));
    this.timer = setInterval(() => void this.beat(), BEAT_MS);
    this.timer.unref();
  }

  /**
   * Call this before this process subscribes to anything of these contexts. Throws `OtherDatabase`. The check runs
   * before the registration, so that a wrong process disturbs nobody. It runs again afterwards, for processes that
   * start at the same time.
   */
  async register(contexts: readonly ContextName[]): Promise<void> {
    const cards = contexts.map((context) => this.card(context));
    await this.identities.check(this.id);
    await Promise.all(cards.map((card) => register(card.db, this.row(card))));
    await this.tellIdentities();
    try {
      await this.identities.check(this.id);
    } catch (error) {
      await Promise.all(cards.map(({ db }) => leave(db, this.id).catch(() => undefined)));
      throw error;
    }
    for (const card of cards) Object.assign(card, { registered: true, failing: false });
  }

  /**
   * True while the context is not open here, or when its database refused the last heartbeat or was too slow for it.
   */
  isFailing(context: ContextName): boolean {
    return this.cards.some((card) => card.context === context && card.failing);
  }

  /** Whether another living process has one of these contexts open. */
  async hasPeers(contexts: readonly ContextName[]): Promise<boolean> {
    const found = await Promise.all(contexts.map((context) => livingInstances(this.card(context).db)));
    return found.flat().some(({ id }) => id !== this.id);
  }

  /** The build that this process runs for the context. */
  build(context: ContextName): string {
    return this.card(context).build;
  }

  /** Whether this process runs the newest living build of the context. */
  isNewest(context: ContextName): Promise<boolean> {
    const { db, build } = this.card(context);
    return isNewestBuild(db, build);
  }

  /** What at least one living process of the context has a handler for. */
  heardByLiving(context: ContextName): Promise<{ handler: string; type: string }[]> {
    return heardByLiving(this.card(context).db);
  }

  /** What any process of the context that lived within the last day had a handler for. */
  heardLately(context: ContextName): Promise<{ handler: string; type: string }[]> {
    return heardLately(this.card(context).db);
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    const known = this.cards.filter(({ registered }) => registered);
    await Promise.all(known.map(({ db }) => leave(db, this.id).catch(() => undefined))); // others take it for dead soon
  }

  /** Writes the newly found identities into the databases of contexts that were opened before. */
  private async tellIdentities(): Promise<void> {
    const open = this.cards.filter(({ registered }) => registered);
    await Promise.all(open.map((card) => beat(card.db, this.row(card)).catch(() => undefined))); // the next beat does
  }

  private async beat(): Promise<void> {
    await Promise.all(this.cards.filter(({ registered }) => registered).map((card) => this.beatOne(card)));
  }

  private async beatOne(card: Card): Promise<void> {
    if (card.beating) {
      card.failing = true;
      return;
    }
    card.beating = true;
    try {
      const row = this.row(card);
      if (!(await beat(card.db, row))) await this.again(card, row);
      if (card.asksForRoom) await expectRoom(card.db);
      card.failing = false;
    } catch {
      card.failing = true; // the next heartbeat tries again
    } finally {
      card.beating = false;
    }
  }

  /**
   * Registers again. A restored database does not know this process, and an operator may have removed a process that
   * did not respond.
   */
  private async again({ context, db, hears }: Card, row: Registered): Promise<void> {
    await register(db, row);
    const { added } = await subscribe(db, hears);
    if (added > 0) this.log.warn(`${added} subscriptions of ${context} were gone and are made again`);
  }

  private row({ build, hears }: Card): Registered {
    return { id: this.id, number: this.leadership.instance, build, hears, databases: this.identities.all };
  }

  private card(context: ContextName): Card {
    const card = this.cards.find((one) => one.context === context);
    if (!card) throw new Error(`${context} has not been opened here`);
    return card;
  }
}
