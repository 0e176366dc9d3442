import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, QueryResult, QueryResultRow } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { ContextName } from '#platform/config';
import { Database, type TransactionOptions } from './database';
import type { Deadline } from '../pool/deadline';
import { managerOf, type EntityClass, openEntities } from './entities';
import { markAsDatabaseError, isLocked } from '../pool/environment';
import { hasSqlState, SqlState } from '../pool/sql-states';
import { frames, mayWaitForLocks } from './frames';
import { LockRetries } from './lock-retries';
import type { Statement } from './statement';
import { Transaction } from './transaction';
import { Vacuum } from '../vacuum/vacuum';

const RETRIES = 3;
/**
 * For this time after a transaction did not get a lock, all transactions wait only briefly for locks. The lock is often
 * held for longer, and each wait occupies a connection that work on other rows needs.
 */
const AFTER_LOCK_MS = 2_000;
const SHORT_LOCK_WAIT_MS = 20;

const isTransient = (error: unknown): boolean => hasSqlState(error, SqlState.serializationFailure, SqlState.deadlock);

interface AttemptOptions {
  readonly deadline?: Deadline;
  /** True if an earlier attempt did not get a lock. Then this attempt waits only briefly for locks. */
  readonly wasLocked?: true;
}

export class PgDatabase extends Database {
  private dataSource?: DataSource;
  private readonly lockRetries: LockRetries;
  private readonly vacuumer: Vacuum;
  private shortWaitsUntil = -Infinity;

  constructor(
    readonly context: ContextName,
    readonly pool: Pool,
  ) {
    super();
    this.lockRetries = new LockRetries(Math.max(1, Math.floor((pool.options.max ?? 2) / 2)));
    this.vacuumer = new Vacuum(pool, context);
  }

  async query<Row extends object = QueryResultRow>(sql: string | Statement, values?: unknown[]): Promise<Row[]> {
    return (await this.runStatement(sql, values)).rows as Row[];
  }

  async execute(sql: string | Statement, values?: unknown[]): Promise<{ rows: QueryResultRow[]; count: number }> {
    const { rows, rowCount } = await this.runStatement(sql, values);
    return { rows: rows as QueryResultRow[], count: rowCount ?? 0 };
  }

  private runStatement(sql: string | Statement, values?: unknown[]): Promise<QueryResult> {
    const current = this.currentTransaction();
    if (current) return current.query(sql, values);
    const query = typeof sql === 'string' ? { text: sql, values } : { ...sql, values };
    return this.pool.query(query).catch((error: unknown) => {
      markAsDatabaseError(error);
      if (!isLocked(error) || !mayWaitForLocks()) throw error;
      return this.lockRetries.retry(error, () =>
        this.runOnce(() => this.currentTransaction()!.query(sql, values), { wasLocked: true }),
      );
    });
  }

  async transaction<T>(work: () => Promise<T>, { deadline }: TransactionOptions = {}): Promise<T> {
    if (this.currentTransaction()) return work();
    try {
      return await this.withRetries(work, { deadline });
    } catch (error) {
      if (!isLocked(error) || !mayWaitForLocks()) throw error;
      return this.lockRetries.retry(error, () => this.withRetries(work, { deadline, wasLocked: true }));
    }
  }

  /** After a deadlock or a serialization failure, retries the work within a few milliseconds. */
  private async withRetries<T>(work: () => Promise<T>, options: AttemptOptions): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.runOnce(work, options);
      } catch (error) {
        if (attempt >= RETRIES || !isTransient(error)) throw error;
        await pause(Math.random() * 10 * 2 ** attempt);
      }
    }
  }

  private async runOnce<T>(work: () => Promise<T>, { deadline, wasLocked }: AttemptOptions): Promise<T> {
    const outer = frames.getStore();
    const lockTimeout = () => (wasLocked || performance.now() < this.shortWaitsUntil ? SHORT_LOCK_WAIT_MS : undefined);
    const transaction = new Transaction(this.pool, this.context, lockTimeout);
    const frame = { database: this, transaction, outer, waitsForLocks: outer?.waitsForLocks ?? true };
    const running = frames.run(frame, async () => {
      try {
        const result = await work();
        return { result, afterCommitWork: await transaction.commit() };
      } catch (error) {
        await transaction.rollback();
        // A failed short wait does not show that the lock is held for long, so it does not lengthen the time of short
        // waits.
        if (!transaction.hasShortLockWait && isLocked(error)) this.shortWaitsUntil = performance.now() + AFTER_LOCK_MS;
        throw error;
      }
    });
    const { result, afterCommitWork } = await (deadline ? rejectAtDeadline(running, transaction, deadline) : running);
    for (const callback of afterCommitWork) callback();
    return result;
  }

  inTransaction(): boolean {
    return this.currentTransaction() !== undefined;
  }

  hasSentBegin(): boolean {
    return this.currentTransaction()?.hasSentBegin ?? false;
  }

  async queryLast(
    sql: string | Statement,
    values?: unknown[],
    settled: (result: QueryResult) => void = () => undefined,
  ): Promise<QueryResultRow[]> {
    const current = this.currentTransaction();
    if (current) return (await current.queryLast(sql, values, settled)).rows as QueryResultRow[];
    const result = await this.runStatement(sql, values);
    settled(result);
    return result.rows as QueryResultRow[];
  }

  beforeCommit(work: () => Promise<void>): void {
    this.requireTransaction().beforeCommit(work);
  }

  afterCommit(work: () => void): void {
    const current = this.currentTransaction();
    if (current) current.afterCommit(work);
    else work();
  }

  getTransactionLocal<T>(key: symbol, make: () => T): T {
    return this.requireTransaction().getLocal(key, make);
  }

  outsideTransaction<T>(work: () => T): T {
    return frames.run(mayWaitForLocks() ? undefined : { waitsForLocks: false }, work);
  }

  get entities(): EntityManager {
    if (!this.dataSource) throw new Error(`${this.context} has no entities: give them to contextDatabase()`);
    const current = this.currentTransaction();
    return current ? (current.entities ??= managerOf(this.dataSource, current)) : this.dataSource.manager;
  }

  async use(entities: readonly EntityClass[]): Promise<void> {
    if (entities.length > 0) this.dataSource ??= await openEntities(this.pool, this.context, entities);
  }

  vacuum(tables: readonly string[]): Promise<void> {
    return this.vacuumer.run(tables);
  }

  /** Closes all connections. A running vacuum is cancelled. */
  async close(): Promise<void> {
    this.vacuumer.cancel();
    await this.pool.end();
  }

  private currentTransaction(): Transaction | undefined {
    for (let frame = frames.getStore(); frame; frame = frame.outer)
      if (frame.database === this) return frame.transaction;
    return undefined;
  }

  private requireTransaction(): Transaction {
    const current = this.currentTransaction();
    if (!current) throw new Error(`There is no open transaction of ${this.context}: call this inside db.transaction()`);
    return current;
  }
}

/** Rejects when the deadline passes, even if the work never ends. After that, the work cannot use the database. */
function rejectAtDeadline<T>(running: Promise<T>, transaction: Transaction, deadline: Deadline): Promise<T> {
  return new Promise((resolve, reject) => {
    deadline.watch((reason) => {
      transaction.abandon(reason);
      reject(reason);
    });
    running.then(resolve, reject);
  });
}
