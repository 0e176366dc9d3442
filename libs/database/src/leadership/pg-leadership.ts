import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Client } from 'pg';
import { connect } from '#database';
import { activity, type DatabaseTime } from '#platform/system';
import { Leadership } from './leadership';
import { leaderChanges, reopenings } from './metrics';
import { CHANNEL, Session } from './session';

const BEAT_MS = 1_000;
/**
 * If the process sent no beat for this time, it has lost its leads, or will lose them soon. The time is shorter than
 * the server's idle time-out.
 */
const STALE_MS = 4_000;

/**
 * How long to wait until the former number is free. The server keeps the lock of a lost connection until its idle
 * time-out.
 */
const KEEP_NUMBER_MS = 8_000;
const RETRY_MS = 250;

const SETTINGS = {
  idle_session_timeout: '5s',
  idle_in_transaction_session_timeout: '5s',
  statement_timeout: '3s',
  timezone: 'UTC',
};

interface Candidacy {
  readonly work: (lost: AbortSignal) => Promise<void>;
  lead?: { readonly lost: AbortController; readonly over: Promise<void> };
}

export class PgLeadership extends Leadership {
  instance = 0;
  private hasOthers = false;
  private client?: Client;
  private session?: Session;
  private lastBeat = 0;
  private beating?: Promise<void>;
  private timer?: NodeJS.Timeout;
  private stopped = false;
  private readonly candidacies = new Map<string, Candidacy>();
  private readonly listeners: ((notification: string) => void)[] = [];
  private readonly reopenedListeners: (() => void)[] = [];
  /** The instance number of the last session, and the backend that held its lock. Kept after a lost connection. */
  private former?: { readonly number: number; readonly backend: number };
  private notifications = new Set<string>();
  private readonly log = new Logger('Leadership');

  constructor(
    private readonly url: () => string,
    private readonly time?: Pick<DatabaseTime, 'learn'>,
  ) {
    super();
  }

  async start(): Promise<void> {
    await this.beat();
    this.timer = setInterval(() => void this.beat(), BEAT_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await Promise.all([...this.candidacies.keys()].map((name) => this.stopLeading(name)));
    await this.beating;
    this.closeConnection(this.client);
  }

  lead(name: string, work: (lost: AbortSignal) => Promise<void>): () => Promise<void> {
    if (this.candidacies.has(name)) throw new Error(`this process leads ${name} already, or waits for its lead`);
    this.candidacies.set(name, { work });
    if (this.timer) setImmediate(() => void this.beat());
    return () => this.stopLeading(name);
  }

  leads(name: string): boolean {
    return this.candidacies.get(name)?.lead !== undefined;
  }

  get hasPeers(): boolean {
    return this.hasOthers;
  }

  async living(): Promise<readonly number[]> {
    if (!this.session) throw new Error('the leadership connection is down');
    return this.session.living();
  }

  notify(notification: string): void {
    activity.note();
    if (this.notifications.size === 0) setImmediate(() => void this.sendNotifications());
    this.notifications.add(notification);
  }

  onNotification(listener: (notification: string) => void): void {
    this.listeners.push(listener);
  }

  onReopened(listener: () => void): void {
    this.reopenedListeners.push(listener);
  }

  private async sendNotifications(): Promise<void> {
    const notifications = [...this.notifications];
    this.notifications = new Set();
    // listeners also poll, so a lost notification is no error
    await this.session?.notify(notifications).catch(() => undefined);
  }

  private beat(): Promise<void> {
    if (this.session && performance.now() - this.lastBeat > STALE_MS) this.closeConnection(this.client);
    this.beating ??= this.beatOnce()
      .catch((error: Error) => {
        this.log.warn(`the leadership connection failed: ${error.message}`);
        this.closeConnection(this.client);
      })
      .finally(() => (this.beating = undefined));
    return this.beating;
  }

  private async beatOnce(): Promise<void> {
    if (this.stopped) return;
    if (!this.session) await this.open();
    const session = this.session;
    if (!session) return;
    const candidates = [...this.candidacies].filter(([, { lead }]) => !lead).map(([name]) => name);
    const sentAt = performance.now();
    const { got, living, now } = await session.beat(candidates);
    if (session !== this.session) return;
    this.time?.learn(now, sentAt);
    this.lastBeat = performance.now();
    this.hasOthers = living.some((number) => number !== this.instance);
    for (const name of got) this.startLeading(name, session);
  }

  private async open(): Promise<void> {
    const client = await connect(this.url(), 'leadership', { settings: SETTINGS, query_timeout: 3_000 });
    client.on('end', () => this.closeConnection(client));
    client.on('error', () => this.closeConnection(client));
    client.on('notification', ({ channel, payload }) => {
      if (channel !== CHANNEL) return;
      activity.note();
      for (const listener of this.listeners) listener(payload ?? '');
    });
    const session = new Session(client);
    this.client = client;
    const { number, backend } = await this.takeNumber(session);
    if (this.client !== client) return;
    const isReopened = this.former !== undefined;
    this.former = { number, backend };
    this.session = session;
    this.instance = number;
    this.lastBeat = performance.now();
    if (isReopened) this.callReopened();
  }

  /**
   * Takes the former number if its lock is free, because the claims of running work have this number. Else takes a new
   * number.
   */
  private async takeNumber(session: Session): Promise<{ number: number; backend: number }> {
    const { former } = this;
    for (const end = performance.now() + KEEP_NUMBER_MS; former && performance.now() < end && !this.stopped;) {
      const backend = await session.takeNumber(former.number, former.backend);
      if (backend !== undefined) return { number: former.number, backend };
      await pause(RETRY_MS);
    }
    const number = randomInt(1, 2 ** 31 - 1);
    const backend = await session.takeNumber(number);
    if (backend === undefined) throw new Error('another instance has the same random number');
    return { number, backend };
  }

  private callReopened(): void {
    reopenings.inc();
    for (const listener of this.reopenedListeners) listener();
  }

  private startLeading(name: string, session: Session): void {
    const candidacy = this.candidacies.get(name);
    if (!candidacy) return void session.releaseLead(name).catch(() => undefined);
    leaderChanges.inc({ name });
    const lost = new AbortController();
    const over = candidacy
      .work(lost.signal)
      .catch((error: unknown) => {
        if (!lost.signal.aborted)
          this.log.error(`the work of ${name} failed and starts again`, (error as Error)?.stack);
      })
      .then(async () => {
        candidacy.lead = undefined;
        if (session === this.session) await session.releaseLead(name).catch(() => undefined);
      });
    candidacy.lead = { lost, over };
  }

  private async stopLeading(name: string): Promise<void> {
    const lead = this.candidacies.get(name)?.lead;
    this.candidacies.delete(name);
    lead?.lost.abort();
    await lead?.over;
  }

  private closeConnection(client?: Client): void {
    if (!client || client !== this.client) return;
    const wasOpen = this.session !== undefined;
    this.client = undefined;
    this.session = undefined;
    this.instance = 0;
    for (const { lead } of this.candidacies.values()) lead?.lost.abort();
    void client.end().catch(() => undefined);
    if (wasOpen && !this.stopped) setImmediate(() => void this.beat());
  }
}
