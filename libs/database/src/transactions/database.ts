import type { QueryResult, QueryResultRow } from 'pg';
import type { EntityManager } from 'typeorm';
import type { ContextName } from '#platform/config';
import type { Deadline } from '../pool/deadline';
import type { Statement } from './statement';

export interface TransactionOptions {
  /** When it passes, the transaction is given up at once, whatever its work does, and the reason is thrown. */
  readonly deadline?: Deadline;
}

/** A context's database access: plain SQL, TypeORM where that reads better, and one transaction around both. */
export abstract class Database {
  abstract readonly context: ContextName;

  /** The rows of one statement: in this context's running transaction if there is one, else alone. */
  abstract query<Row extends object = QueryResultRow>(sql: string | Statement, values?: unknown[]): Promise<Row[]>;

  /** The same, with the number of changed rows. */
  abstract execute(sql: string | Statement, values?: unknown[]): Promise<{ rows: QueryResultRow[]; count: number }>;

  /**
   * Runs the work in one transaction, or in the running one. The outermost call runs the whole work again after a
   * serialization failure or a deadlock (three times), and while somebody else holds a lock that it needs (for 5 s,
   * unless `withoutLockWait`). So the work must do nothing outside the database. `deadline` counts for the outermost
   * call.
   */
  abstract transaction<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T>;

  abstract inTransaction(): boolean;

  /** The transaction has sent a statement. Before that, working outside of it needs no second connection. */
  abstract begun(): boolean;

  /**
   * The transaction's last statement. If it is also the first, it goes without BEGIN and COMMIT: its effect stays
   * even if `settled` throws, so it must check its own conditions. Outside a transaction it is like `query`.
   */
  abstract last(
    sql: string | Statement,
    values?: unknown[],
    settled?: (result: QueryResult) => void,
  ): Promise<QueryResultRow[]>;

  /** Runs in the transaction, after its work, in the order of the calls. Throws if there is no transaction. */
  abstract beforeCommit(work: () => Promise<void>): void;

  /** Runs after the commit, outside the transaction; at once if there is none. It must not throw. */
  abstract afterCommit(work: () => void): void;

  /** A value that lives as long as the transaction, such as a buffer. Throws if there is no transaction. */
  abstract local<T>(key: symbol, make: () => T): T;

  /** Runs the work as if no transaction were open here. */
  abstract outside<T>(work: () => T): T;

  /**
   * Vacuums these tables, one after the other, on a separate connection without a time limit. If one of them fails,
   * the others are vacuumed first, and then the error is thrown.
   */
  abstract vacuum(tables: readonly string[]): Promise<void>;

  /** TypeORM on the same connections: on the running transaction's if there is one. */
  abstract get entities(): EntityManager;
}
