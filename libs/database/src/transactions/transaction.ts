import type { Pool, PoolClient, QueryResult } from 'pg';
import type { EntityManager } from 'typeorm';
import { crashPoint } from '#crash-points';
import { cancel } from '../pool/cancel';
import { fromTheDatabase } from '../pool/environment';
import type { Statement } from './statement';

type Sql = string | Statement;
type Phase = 'waiting' | 'open' | 'over';

const asQuery = (sql: Sql, values?: unknown[]) =>
  typeof sql === 'string' ? { text: sql, values } : { ...sql, values };

/**
 * One transaction on one connection. BEGIN is sent with the first statement, so that work without a statement, or
 * with a single last one, does not pay for it. Statements of one transaction never overlap.
 */
export class Transaction {
  private phase: Phase = 'waiting';
  private client?: PoolClient;
  private tail: Promise<unknown> = Promise.resolve();
  private silence?: Error;
  private abandonedFor?: Error;
  private underWay = 0;
  private readonly befores: (() => Promise<void>)[] = [];
  private readonly afters: (() => void)[] = [];
  private readonly locals = new Map<symbol, unknown>();
  entities?: EntityManager;

  constructor(
    private readonly pool: Pool,
    private readonly context: string,
  ) {}

  query(sql: Sql, values?: unknown[]): Promise<QueryResult> {
    return this.inTurn(async () => this.heard((await this.opened()).query(asQuery(sql, values))));
  }

  /** What TypeORM calls on a connection. Here its statements wait for their turn, like ours. */
  raw(...args: unknown[]): Promise<unknown> {
    return this.inTurn(async () =>
      this.heard(((await this.opened()).query as (...a: unknown[]) => Promise<unknown>)(...args)),
    );
  }

  /**
   * The transaction's last statement; sent alone if there was none before it. `settled` decides whether it may be
   * committed.
   */
  last(sql: Sql, values: unknown[] | undefined, settled: (result: QueryResult) => void): Promise<QueryResult> {
    return this.inTurn(async () => {
      const alone = this.phase === 'waiting';
      const client = alone ? this.pool : await this.opened();
      if (alone) this.phase = 'over';
      const result = await this.heard(client.query(asQuery(sql, values)));
      settled(result);
      return result;
    });
  }

  get begun(): boolean {
    return this.phase === 'open';
  }

  beforeCommit(work: () => Promise<void>): void {
    this.befores.push(work);
  }

  afterCommit(work: () => void): void {
    this.afters.push(work);
  }

  local<T>(key: symbol, make: () => T): T {
    if (!this.locals.has(key)) this.locals.set(key, make());
    return this.locals.get(key) as T;
  }

  /**
   * Gives the transaction up from outside, whatever its work is doing. Its connection is closed, a running statement
   * is cancelled so that its locks are free, and every later statement throws the reason. If COMMIT had been sent
   * already, it is unknown whether it took effect.
   */
  abandon(reason: Error): void {
    if (this.phase === 'over') return;
    this.abandonedFor = reason;
    const client = this.client;
    if (client && this.underWay > 0) cancel(client);
    this.end(reason);
  }

  async commit(): Promise<readonly (() => void)[]> {
    for (let next = 0; next < this.befores.length; next++) await this.befores[next]();
    await this.tail;
    if (this.abandonedFor) throw this.abandonedFor;
    if (this.phase === 'open') {
      const committed = this.client!.query('COMMIT');
      crashPoint('transaction.commit-sent', this.context);
      const { command } = await this.heard(committed);
      // a failed statement was caught and ignored: Postgres rolls back, and says so only in the command's tag
      if (command !== 'COMMIT') throw new Error('Postgres rolled the transaction back at its end');
    }
    this.end();
    return this.afters;
  }

  async rollback(): Promise<void> {
    await this.tail;
    if (this.phase !== 'open' || this.silence) return this.end(this.silence);
    const failed = await this.client!.query('ROLLBACK').then(
      () => undefined,
      (error: Error) => error,
    );
    this.end(failed);
  }

  /** An error from the driver, not from Postgres: a server that does not answer is not asked to roll back. */
  private async heard<T>(asked: Promise<T>): Promise<T> {
    this.underWay++;
    try {
      return await asked;
    } catch (error) {
      if (!('severity' in (error as Error))) this.silence = error as Error;
      fromTheDatabase(error);
      throw this.abandonedFor ?? error;
    } finally {
      this.underWay--;
    }
  }

  private end(failed?: Error): void {
    this.phase = 'over';
    this.client?.release(failed);
    this.client = undefined;
  }

  private async opened(): Promise<PoolClient> {
    if (this.phase === 'open') return this.client!;
    this.mustGoOn();
    const client = await this.pool.connect();
    if (this.abandonedFor) client.release();
    this.mustGoOn();
    this.client = client;
    this.phase = 'open';
    await this.heard(client.query('BEGIN'));
    return client;
  }

  private mustGoOn(): void {
    if (this.phase !== 'over') return;
    throw this.abandonedFor ?? new Error('This transaction is over: an await is missing, or work outlived it');
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.tail.then(work);
    this.tail = turn.then(ignore, ignore);
    return turn;
  }
}

const ignore = () => undefined;
