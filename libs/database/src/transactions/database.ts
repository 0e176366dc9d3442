import type { QueryResult, QueryResultRow } from 'pg';
import type { EntityManager } from 'typeorm';
import type { ContextName } from '#platform/config';
import type { Deadline } from '../pool/deadline';
import type { Statement } from './statement';

export interface TransactionOptions {
  /**
   * When the deadline passes, the transaction is aborted at once, even while its work runs. Then the call throws the
   * reason.
   */
  readonly deadline?: Deadline;
}

/**
 * A context's database access: plain SQL, or TypeORM where TypeORM is easier to read. Both use the same transaction.
 */
export abstract class Database {
  abstract readonly context: ContextName;

  /**
   * Returns the rows of one statement. The statement runs in this context's open transaction, or without a transaction
   * if none is open.
   */
  abstract query<Row extends object = QueryResultRow>(sql: string | Statement, values?: unknown[]): Promise<Row[]>;

  /** Like `query`, but also returns the number of changed rows. */
  abstract execute(sql: string | Statement, values?: unknown[]): Promise<{ rows: QueryResultRow[]; count: number }>;

  /**
   * Runs the work in a new transaction, or in the open one if there is one. The outermost call retries the whole work
   * in two cases. After a serialization failure or a deadlock, it retries at most three times. While another
   * transaction holds a lock that the work needs, it retries for 5 s, but not inside `withoutLockWait`. So the work
   * must do nothing outside the database. Only the `deadline` of the outermost call is used.
   */
  abstract transaction<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T>;

  abstract inTransaction(): boolean;

  /**
   * True if the open transaction has sent BEGIN, just before its first statement. Until then it holds no connection.
   */
  abstract hasSentBegin(): boolean;

  /**
   * Runs the transaction's last statement. If this is also the first statement, it is usually sent without BEGIN and
   * COMMIT. Then its effect stays even if `settled` throws, so the SQL itself must check all conditions. Outside a
   * transaction, `queryLast` works like `query`.
   */
  abstract queryLast(
    sql: string | Statement,
    values?: unknown[],
    settled?: (result: QueryResult) => void,
  ): Promise<QueryResultRow[]>;

  /** Runs the function in the transaction, after the transaction's work. Throws if there is no transaction. */
  abstract beforeCommit(work: () => Promise<void>): void;

  /** Runs the function after the commit, or at once if there is no transaction. The function must not throw. */
  abstract afterCommit(work: () => void): void;

  /** A value that exists as long as the transaction, such as a buffer. Throws if there is no transaction. */
  abstract getTransactionLocal<T>(key: symbol, make: () => T): T;

  /** Runs the work as if no transaction were open here. */
  abstract outsideTransaction<T>(work: () => T): T;

  /**
   * Vacuums these tables, one after the other, on a separate connection without a time limit. If one table fails, the
   * other tables are still vacuumed, and then the error is thrown.
   */
  abstract vacuum(tables: readonly string[]): Promise<void>;

  /** TypeORM on the same pool. If a transaction is open, TypeORM uses its connection. */
  abstract get entities(): EntityManager;
}
