import { createHash } from 'node:crypto';
import type { QueryResult, QueryResultRow } from 'pg';
import { Database, statement, type Statement, type TransactionOptions } from '#database';
import { inTables, type StreamTables } from './table-names';

const LONGEST_NAME = 63;

/**
 * The database of a context, for SQL that is written with `named`: it puts the context's table names into each
 * statement.
 */
export class StreamDatabase extends Database {
  private readonly known = new WeakMap<Statement, Statement>();

  constructor(
    private readonly database: Database,
    readonly tables: StreamTables,
  ) {
    super();
  }

  get context() {
    return this.database.context;
  }

  query<Row extends object = QueryResultRow>(sql: string | Statement, values?: unknown[]): Promise<Row[]> {
    return this.database.query<Row>(this.named(sql), values);
  }

  execute(sql: string | Statement, values?: unknown[]): Promise<{ rows: QueryResultRow[]; count: number }> {
    return this.database.execute(this.named(sql), values);
  }

  transaction<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.database.transaction(work, options);
  }

  inTransaction(): boolean {
    return this.database.inTransaction();
  }

  begun(): boolean {
    return this.database.begun();
  }

  last(
    sql: string | Statement,
    values?: unknown[],
    settled?: (result: QueryResult) => void,
  ): Promise<QueryResultRow[]> {
    return this.database.last(this.named(sql), values, settled);
  }

  beforeCommit(work: () => Promise<void>): void {
    this.database.beforeCommit(work);
  }

  afterCommit(work: () => void): void {
    this.database.afterCommit(work);
  }

  local<T>(key: symbol, make: () => T): T {
    return this.database.local(key, make);
  }

  outsideTransaction<T>(work: () => T): T {
    return this.database.outsideTransaction(work);
  }

  vacuum(tables: readonly string[]): Promise<void> {
    return this.database.vacuum(tables);
  }

  get entities() {
    return this.database.entities;
  }

  private named(sql: string | Statement): string | Statement {
    if (typeof sql === 'string') return inTables(sql, this.tables);
    const known = this.known.get(sql);
    if (known) return known;
    const text = inTables(sql.text, this.tables);
    const renamed = text === sql.text ? sql : statement(this.nameOf(sql.name), text);
    this.known.set(sql, renamed);
    return renamed;
  }

  private nameOf(name: string): string {
    const whole = `${this.tables.store}:${name}`;
    if (whole.length <= LONGEST_NAME) return whole;
    return `${this.tables.store}:${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  }
}
