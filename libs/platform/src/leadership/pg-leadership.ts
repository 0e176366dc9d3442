import { randomInt } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Client } from 'pg';
import { connect, startUp } from '#platform/database';
import { Leadership } from './leadership';
import { CHANNEL, Session } from './session';

const BEAT_MS = 1_000;
/** Under the server's idle time-out: whoever could not beat for so long has lost its leads, or is about to. */
const STALE_MS = 4_000;

const SETTINGS = startUp({
  idle_session_timeout: '5s',
  idle_in_transaction_session_timeout: '5s',
  statement_timeout: '3s',
  timezone: 'UTC',
});

interface Candidacy {
  readonly work: (lost: AbortSignal) => Promise<void>;
  lead?: { readonly lost: AbortController; readonly over: Promise<void> };
}

export class PgLeadership extends Leadership {
  instance = 0;
  private others = false;
  private client?: Client;
  private session?: Session;
  private lastBeat = 0;
  private beating?: Promise<void>;
  private timer?: NodeJS.Timeout;
  private stopped = false;
  private readonly wanted = new Map<string, Candidacy>();
  private readonly listeners: ((word: string) => void)[] = [];
  private words = new Set<string>();
  private readonly log = new Logger('Leadership');

  constructor(private readonly url: () => string) {
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
    await Promise.all([...this.wanted.keys()].map((name) => this.standDown(name)));
    await this.beating;
    this.drop(this.client);
  }

  lead(name: string, work: (lost: AbortSignal) => Promise<void>): () => Promise<void> {
    if (this.wanted.has(name)) throw new Error(`${name} is led here already`);
    this.wanted.set(name, { work });
    if (this.timer) setImmediate(() => void this.beat());
    return () => this.standDown(name);
  }

  leads(name: string): boolean {
    return this.wanted.get(name)?.lead !== undefined;
  }

  get hasPeers(): boolean {
    return this.others;
  }

  async living(): Promise<readonly number[]> {
    if (!this.session) throw new Error('the leadership connection is down');
    return this.session.living();
  }

  notify(word: string): void {
    if (this.words.size === 0) setImmediate(() => void this.say());
    this.words.add(word);
  }

  onWord(listener: (word: string) => void): void {
    this.listeners.push(listener);
  }

  private async say(): Promise<void> {
    const words = [...this.words];
    this.words = new Set();
    await this.session?.say(words).catch(() => undefined); // polling finds what nobody was called for
  }

  private beat(): Promise<void> {
    if (this.client && performance.now() - this.lastBeat > STALE_MS) this.drop(this.client);
    this.beating ??= this.beatOnce()
      .catch((error: Error) => {
        this.log.warn(`the leadership connection failed: ${error.message}`);
        this.drop(this.client);
      })
      .finally(() => (this.beating = undefined));
    return this.beating;
  }

  private async beatOnce(): Promise<void> {
    if (this.stopped) return;
    if (!this.session) await this.open();
    const session = this.session;
    if (!session) return;
    const candidates = [...this.wanted].filter(([, { lead }]) => !lead).map(([name]) => name);
    const { got, living } = await session.beat(candidates);
    if (session !== this.session) return;
    this.lastBeat = performance.now();
    this.others = living.some((number) => number !== this.instance);
    for (const name of got) this.take(name, session);
  }

  private async open(): Promise<void> {
    const client = await connect(this.url(), 'leadership', { options: SETTINGS, query_timeout: 3_000 });
    client.on('end', () => this.drop(client));
    client.on('error', () => this.drop(client));
    client.on('notification', ({ channel, payload }) => {
      if (channel === CHANNEL) for (const listener of this.listeners) listener(payload ?? '');
    });
    const session = new Session(client);
    const number = randomInt(1, 2 ** 31 - 1);
    this.client = client;
    if (!(await session.begin(number))) throw new Error('the number drawn was taken');
    if (this.client !== client) return;
    this.session = session;
    this.instance = number;
    this.lastBeat = performance.now();
  }

  private take(name: string, session: Session): void {
    const candidacy = this.wanted.get(name);
    if (!candidacy) return void session.giveBack(name).catch(() => undefined);
    const lost = new AbortController();
    const over = candidacy
      .work(lost.signal)
      .catch((error: unknown) => {
        if (!lost.signal.aborted) this.log.error(`${name} failed and starts again`, (error as Error)?.stack);
      })
      .then(async () => {
        candidacy.lead = undefined;
        if (session === this.session) await session.giveBack(name).catch(() => undefined);
      });
    candidacy.lead = { lost, over };
  }

  private async standDown(name: string): Promise<void> {
    const lead = this.wanted.get(name)?.lead;
    this.wanted.delete(name);
    lead?.lost.abort();
    await lead?.over;
  }

  private drop(client?: Client): void {
    if (!client || client !== this.client) return;
    this.client = undefined;
    this.session = undefined;
    this.instance = 0;
    for (const { lead } of this.wanted.values()) lead?.lost.abort();
    void client.end().catch(() => undefined);
  }
}
