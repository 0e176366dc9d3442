import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, QueryResult, QueryResultRow } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { ContextName } from '#platform/config';
import { Database } from './database';
import { managerOf, type EntityClass, openEntities } from './entities';
import type { Statement } from './statement';
import { Transaction } from './transaction';

interface Frame {
  readonly database: Database;
  readonly transaction: Transaction;
  readonly outer?: Frame;
}

/** One store for all contexts: on Node 20 every further one costs each promise. */
const frames = new AsyncLocalStorage<Frame | undefined>();

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const RETRIES = 3;

const passes = (error: unknown): boolean =>
  [SERIALIZATION_FAILURE, DEADLOCK].includes((error as { code?: string } | undefined)?.code ?? '');

export class PgDatabase extends Database {
  private source?: DataSource;

  constructor(
    readonly context: ContextName,
    readonly pool: Pool,
  ) {
    super();
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
    return this.pool.query(typeof sql === 'string' ? { text: sql, values } : { ...sql, values });
  }

  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.current()) return work();
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.once(work);
      } catch (error) {
        if (attempt >= RETRIES || !passes(error)) throw error;
        await pause(Math.random() * 10 * 2 ** attempt);
      }
    }
  }

  private async once<T>(work: () => Promise<T>): Promise<T> {
    const outer = frames.getStore();
    const transaction = new Transaction(this.pool, this.context);
    const { result, afters } = await frames.run({ database: this, transaction, outer }, async () => {
      try {
        const result = await work();
        return { result, afters: await transaction.commit() };
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
    });
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
    return frames.run(undefined, work);
  }

  get entities(): EntityManager {
    if (!this.source) throw new Error(`${this.context} has no entities: give them to contextDatabase()`);
    const current = this.current();
    return current ? (current.entities ??= managerOf(this.source, current)) : this.source.manager;
  }

  async use(entities: readonly EntityClass[]): Promise<void> {
    if (entities.length > 0) this.source ??= await openEntities(this.pool, this.context, entities);
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
