import type { Pool, PoolClient, QueryResult } from 'pg';
import type { EntityManager } from 'typeorm';
import { crashPoint } from '#crash-points';
import type { Statement } from './statement';

type Sql = string | Statement;
type Phase = 'waiting' | 'open' | 'over';

const asQuery = (sql: Sql, values?: unknown[]) =>
  typeof sql === 'string' ? { text: sql, values } : { ...sql, values };

/**
 * One unit of work on one connection. BEGIN is sent with the first statement, so that work which turns out to
 * need none, or only its last one, pays for none. Statements of one unit never overlap on the wire.
 */
export class Transaction {
  private phase: Phase = 'waiting';
  private client?: PoolClient;
  private tail: Promise<unknown> = Promise.resolve();
  private silence?: Error;
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

  /** What TypeORM calls on a connection; here its statements take their turn with ours. */
  raw(...args: unknown[]): Promise<unknown> {
    return this.inTurn(async () =>
      this.heard(((await this.opened()).query as (...a: unknown[]) => Promise<unknown>)(...args)),
    );
  }

  /** The unit's last statement: alone when there was none before it. `settled` says whether it may be committed. */
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

  async commit(): Promise<readonly (() => void)[]> {
    for (let next = 0; next < this.befores.length; next++) await this.befores[next]();
    await this.tail;
    if (this.phase === 'open') {
      const committed = this.client!.query('COMMIT');
      crashPoint('transaction.commit-sent', this.context);
      const { command } = await this.heard(committed);
      // a refused statement was caught and forgotten: Postgres rolls back, and says so in the command's tag only
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

  /** What Postgres itself has not said, but the driver: whoever stopped answering need not be told to roll back. */
  private async heard<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      if (!('severity' in (error as Error))) this.silence = error as Error;
      throw error;
    }
  }

  private end(failed?: Error): void {
    this.phase = 'over';
    this.client?.release(failed);
    this.client = undefined;
  }

  private async opened(): Promise<PoolClient> {
    if (this.phase === 'open') return this.client!;
    if (this.phase === 'over') throw new Error('This transaction is over: an await is missing, or work outlived it');
    this.client = await this.pool.connect();
    this.phase = 'open';
    await this.heard(this.client.query('BEGIN'));
    return this.client;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.tail.then(work);
    this.tail = turn.then(ignore, ignore);
    return turn;
  }
}

const ignore = () => undefined;
