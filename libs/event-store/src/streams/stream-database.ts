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
  private readonly renamedStatements = new WeakMap<Statement, Statement>();

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
    return this.database.query<Row>(this.withTableNames(sql), values);
  }

  execute(sql: string | Statement, values?: unknown[]): Promise<{ rows: QueryResultRow[]; count: number }> {
    return this.database.execute(this.withTableNames(sql), values);
  }

  transaction<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.database.transaction(work, options);
  }

  inTransaction(): boolean {
    return this.database.inTransaction();
  }

  hasSentBegin(): boolean {
    return this.database.hasSentBegin();
  }

  queryLast(
    sql: string | Statement,
    values?: unknown[],
    settled?: (result: QueryResult) => void,
  ): Promise<QueryResultRow[]> {
    return this.database.queryLast(this.withTableNames(sql), values, settled);
  }

  beforeCommit(work: () => Promise<void>): void {
    this.database.beforeCommit(work);
  }

  afterCommit(work: () => void): void {
    this.database.afterCommit(work);
  }

  getTransactionLocal<T>(key: symbol, make: () => T): T {
    return this.database.getTransactionLocal(key, make);
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

  private withTableNames(sql: string | Statement): string | Statement {
    if (typeof sql === 'string') return inTables(sql, this.tables);
    const known = this.renamedStatements.get(sql);
    if (known) return known;
    const text = inTables(sql.text, this.tables);
    const renamed = text === sql.text ? sql : statement(this.statementName(sql.name), text);
    this.renamedStatements.set(sql, renamed);
    return renamed;
  }

  private statementName(name: string): string {
    const fullName = `${this.tables.store}:${name}`;
    if (fullName.length <= LONGEST_NAME) return fullName;
    return `${this.tables.store}:${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  }
}
