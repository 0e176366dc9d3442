import type { Pool, PoolClient, QueryResult } from 'pg';
import type { EntityManager } from 'typeorm';
import { crashPoint } from '#crash-points';
import { cancel } from '../pool/cancel';
import { markAsDatabaseError } from '../pool/environment';
import type { Statement } from './statement';

type Sql = string | Statement;
type Phase = 'waiting' | 'open' | 'over';

const asQuery = (sql: Sql, values?: unknown[]) =>
  typeof sql === 'string' ? { text: sql, values } : { ...sql, values };

/**
 * One transaction on one connection. BEGIN is sent just before the first statement. So BEGIN and COMMIT are not sent if
 * the work has no statement, or has only one statement and sends it with `queryLast`. Statements of one transaction run
 * one after the other.
 */
export class Transaction {
  private phase: Phase = 'waiting';
  private client?: PoolClient;
  private tail: Promise<unknown> = Promise.resolve();
  private driverError?: Error;
  private abandonReason?: Error;
  private runningStatements = 0;
  private readonly beforeCommitWork: (() => Promise<void>)[] = [];
  private readonly afterCommitWork: (() => void)[] = [];
  private readonly locals = new Map<symbol, unknown>();
  entities?: EntityManager;

  /** True if the transaction waits for locks for a shorter time than usual. */
  hasShortLockWait = false;

  /**
   * `lockTimeout` is called just before the first statement and not earlier, because the result can change while the
   * transaction waits for a connection. It returns the maximum wait for a lock in milliseconds. Undefined means the
   * usual time-out of the connection.
   */
  constructor(
    private readonly pool: Pool,
    private readonly context: string,
    private readonly lockTimeout: () => number | undefined = () => undefined,
  ) {}

  query(sql: Sql, values?: unknown[]): Promise<QueryResult> {
    return this.runInTurn(async () => this.rememberErrors((await this.openClient()).query(asQuery(sql, values))));
  }

  /**
   * Serves TypeORM's calls of `query` on a connection. TypeORM's statements wait for their turn, like all other
   * statements.
   */
  queryRaw(...args: unknown[]): Promise<unknown> {
    return this.runInTurn(async () =>
      this.rememberErrors(((await this.openClient()).query as (...a: unknown[]) => Promise<unknown>)(...args)),
    );
  }

  /**
   * Runs the transaction's last statement, without BEGIN if it is the only one. `settled` throws if the result must not
   * be committed.
   */
  queryLast(sql: Sql, values: unknown[] | undefined, settled: (result: QueryResult) => void): Promise<QueryResult> {
    return this.runInTurn(async () => {
      const alone = this.phase === 'waiting' && this.lockTimeout() === undefined;
      const client = alone ? this.pool : await this.openClient();
      if (alone) this.phase = 'over';
      const result = await this.rememberErrors(client.query(asQuery(sql, values)));
      settled(result);
      return result;
    });
  }

  get hasSentBegin(): boolean {
    return this.phase === 'open';
  }

  beforeCommit(work: () => Promise<void>): void {
    this.beforeCommitWork.push(work);
  }

  afterCommit(work: () => void): void {
    this.afterCommitWork.push(work);
  }

  getLocal<T>(key: symbol, make: () => T): T {
    if (!this.locals.has(key)) this.locals.set(key, make());
    return this.locals.get(key) as T;
  }

  /**
   * Ends the transaction from outside, even while its work runs. Its connection is closed. A running statement is
   * cancelled, so that its locks are released. Every later statement throws the reason. If COMMIT was sent already, it
   * is unknown whether the COMMIT took effect.
   */
  abandon(reason: Error): void {
    if (this.phase === 'over') return;
    this.abandonReason = reason;
    const client = this.client;
    if (client && this.runningStatements > 0) cancel(client);
    this.end(reason);
  }

  async commit(): Promise<readonly (() => void)[]> {
    for (let next = 0; next < this.beforeCommitWork.length; next++) await this.beforeCommitWork[next]();
    await this.tail;
    if (this.abandonReason) throw this.abandonReason;
    if (this.phase === 'open') {
      const committed = this.client!.query('COMMIT');
      crashPoint('transaction.commit-sent', this.context);
      const { command } = await this.rememberErrors(committed);
      // If the work ignored the error of a statement, Postgres answers COMMIT with ROLLBACK, not with an error.
      if (command !== 'COMMIT')
        throw new Error('Postgres rolled the transaction back at COMMIT, because a statement in it had failed');
    }
    this.end();
    return this.afterCommitWork;
  }

  async rollback(): Promise<void> {
    await this.tail;
    if (this.phase !== 'open' || this.driverError) return this.end(this.driverError);
    const failed = await this.client!.query('ROLLBACK').then(
      () => undefined,
      (error: Error) => error,
    );
    this.end(failed);
  }

  /** Remembers errors of the driver. After such an error perhaps the server does not answer, so no ROLLBACK is sent. */
  private async rememberErrors<T>(query: Promise<T>): Promise<T> {
    this.runningStatements++;
    try {
      return await query;
    } catch (error) {
      if (!('severity' in (error as Error))) this.driverError = error as Error;
      markAsDatabaseError(error);
      throw this.abandonReason ?? error;
    } finally {
      this.runningStatements--;
    }
  }

  private end(failed?: Error): void {
    this.phase = 'over';
    this.client?.release(failed);
    this.client = undefined;
  }

  private async openClient(): Promise<PoolClient> {
    if (this.phase === 'open') return this.client!;
    this.throwIfOver();
    const client = await this.pool.connect();
    if (this.abandonReason) client.release();
    this.throwIfOver();
    this.client = client;
    this.phase = 'open';
    const lockTimeout = this.lockTimeout();
    this.hasShortLockWait = lockTimeout !== undefined;
    const limit = lockTimeout === undefined ? '' : `; SET LOCAL lock_timeout = ${lockTimeout}`;
    await this.rememberErrors(client.query(`BEGIN${limit}`));
    return client;
  }

  private throwIfOver(): void {
    if (this.phase !== 'over') return;
    throw (
      this.abandonReason ??
      new Error('This transaction is over: an await is missing, or the work continued after the end')
    );
  }

  private runInTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.tail.then(work);
    this.tail = turn.then(ignore, ignore);
    return turn;
  }
}

const ignore = () => undefined;
