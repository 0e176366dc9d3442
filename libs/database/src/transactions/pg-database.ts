import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, QueryResult, QueryResultRow } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { ContextName } from '#platform/config';
import { Database, type TransactionOptions } from './database';
import type { Deadline } from '../pool/deadline';
import { managerOf, type EntityClass, openEntities } from './entities';
import { fromTheDatabase, isLocked } from '../pool/environment';
import { frames, mayWaitForLocks } from './frames';
import { LockRetries } from './lock-retries';
import type { Statement } from './statement';
import { Transaction } from './transaction';
import { Vacuum } from '../vacuum/vacuum';

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const RETRIES = 3;
/**
 * After a transaction has waited in vain for a lock, the others wait only shortly for this time: whoever holds the lock
 * often holds it for long, and each wait occupies a connection that work on other rows needs.
 */
const AFTER_LOCK_MS = 2_000;
const SHORT_LOCK_WAIT_MS = 20;

const isTransient = (error: unknown): boolean =>
  [SERIALIZATION_FAILURE, DEADLOCK].includes((error as { code?: string } | undefined)?.code ?? '');

interface Attempt {
  readonly deadline?: Deadline;
  /** The work met a lock before, so it waits only shortly for it. */
  readonly metLock?: true;
}

export class PgDatabase extends Database {
  private source?: DataSource;
  private readonly locks: LockRetries;
  private readonly sweeper: Vacuum;
  private shortWaitsUntil = -Infinity;

  constructor(
    readonly context: ContextName,
    readonly pool: Pool,
  ) {
    super();
    this.locks = new LockRetries(Math.max(1, Math.floor((pool.options.max ?? 2) / 2)));
    this.sweeper = new Vacuum(pool, context);
  }

  async query<Row extends object = QueryResultRow>(sql: string | Statement, values?: unknown[]): Promise<Row[]> {
    return (await this.run(sql, values)).rows as Row[];
  }

  async execute(sql: string | Statement, values?: unknown[]): Promise<{ rows: QueryResultRow[]; count: number }> {
    const { rows, rowCount } = await this.run(sql, values);
    return { rows: rows as QueryResultRow[], count: rowCount ?? 0 };
  }

  private run(sql: string | Statement, values?: unknown[]): Promise<QueryResult> {
    const current = this.current();
    if (current) return current.query(sql, values);
    const query = typeof sql === 'string' ? { text: sql, values } : { ...sql, values };
    return this.pool.query(query).catch((error: unknown) => {
      fromTheDatabase(error);
      if (!isLocked(error) || !mayWaitForLocks()) throw error;
      return this.locks.again(error, () => this.once(() => this.current()!.query(sql, values), { metLock: true }));
    });
  }

  async transaction<T>(work: () => Promise<T>, { deadline }: TransactionOptions = {}): Promise<T> {
    if (this.current()) return work();
    try {
      return await this.withRetries(work, { deadline });
    } catch (error) {
      if (!isLocked(error) || !mayWaitForLocks()) throw error;
      return this.locks.again(error, () => this.withRetries(work, { deadline, metLock: true }));
    }
  }

  /** Retries the work almost at once after a deadlock or a serialization failure. */
  private async withRetries<T>(work: () => Promise<T>, how: Attempt): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.once(work, how);
      } catch (error) {
        if (attempt >= RETRIES || !isTransient(error)) throw error;
        await pause(Math.random() * 10 * 2 ** attempt);
      }
    }
  }

  private async once<T>(work: () => Promise<T>, { deadline, metLock }: Attempt): Promise<T> {
    const outer = frames.getStore();
    const lockTimeout = () => (metLock || performance.now() < this.shortWaitsUntil ? SHORT_LOCK_WAIT_MS : undefined);
    const transaction = new Transaction(this.pool, this.context, lockTimeout);
    const frame = { database: this, transaction, outer, waitsForLocks: outer?.waitsForLocks ?? true };
    const running = frames.run(frame, async () => {
      try {
        const result = await work();
        return { result, afters: await transaction.commit() };
      } catch (error) {
        await transaction.rollback();
        // A short wait says nothing about how long a lock is held.
        if (!transaction.isShort && isLocked(error)) this.shortWaitsUntil = performance.now() + AFTER_LOCK_MS;
        throw error;
      }
    });
    const { result, afters } = await (deadline ? untilDeadline(running, transaction, deadline) : running);
    for (const after of afters) after();
    return result;
  }

  inTransaction(): boolean {
    return this.current() !== undefined;
  }

  begun(): boolean {
    return this.current()?.begun ?? false;
  }

  async last(
    sql: string | Statement,
    values?: unknown[],
    settled: (result: QueryResult) => void = () => undefined,
  ): Promise<QueryResultRow[]> {
    const current = this.current();
    if (current) return (await current.last(sql, values, settled)).rows as QueryResultRow[];
    const result = await this.run(sql, values);
    settled(result);
    return result.rows as QueryResultRow[];
  }

  beforeCommit(work: () => Promise<void>): void {
    this.expected().beforeCommit(work);
  }

  afterCommit(work: () => void): void {
    const current = this.current();
    if (current) current.afterCommit(work);
    else work();
  }

  local<T>(key: symbol, make: () => T): T {
    return this.expected().local(key, make);
  }

  outside<T>(work: () => T): T {
    return frames.run(mayWaitForLocks() ? undefined : { waitsForLocks: false }, work);
  }

  get entities(): EntityManager {
    if (!this.source) throw new Error(`${this.context} has no entities: give them to contextDatabase()`);
    const current = this.current();
    return current ? (current.entities ??= managerOf(this.source, current)) : this.source.manager;
  }

  async use(entities: readonly EntityClass[]): Promise<void> {
    if (entities.length > 0) this.source ??= await openEntities(this.pool, this.context, entities);
  }

  vacuum(tables: readonly string[]): Promise<void> {
    return this.sweeper.run(tables);
  }

  /** Closes all connections. A running vacuum is cancelled. */
  async close(): Promise<void> {
    this.sweeper.cancel();
    await this.pool.end();
  }

  private current(): Transaction | undefined {
    for (let frame = frames.getStore(); frame; frame = frame.outer)
      if (frame.database === this) return frame.transaction;
    return undefined;
  }

  private expected(): Transaction {
    const current = this.current();
    if (!current) throw new Error(`There is no transaction of ${this.context} here`);
    return current;
  }
}

/**
 * Rejects when the deadline passes, even if the work never ends. The work cannot use the database after that.
 */
function untilDeadline<T>(running: Promise<T>, transaction: Transaction, deadline: Deadline): Promise<T> {
  return new Promise((resolve, reject) => {
    deadline.watch((reason) => {
      transaction.abandon(reason);
      reject(reason);
    });
    running.then(resolve, reject);
  });
}
