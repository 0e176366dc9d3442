import type { QueryResult, QueryResultRow } from 'pg';
import type { EntityManager } from 'typeorm';
import type { ContextName } from '#platform/config';
import type { Statement } from './statement';

/** A context's own database access: plain SQL, TypeORM where that reads better, one transaction around both. */
export abstract class Database {
  abstract readonly context: ContextName;

  /** Rows of one statement: in this context's ambient transaction when there is one, else by itself. */
  abstract query<Row extends object = QueryResultRow>(sql: string | Statement, values?: unknown[]): Promise<Row[]>;

  /** The same, with how many rows were touched. */
  abstract execute(sql: string | Statement, values?: unknown[]): Promise<{ rows: QueryResultRow[]; count: number }>;

  /**
   * Runs the work in one transaction, or in the one that is open. Serialization failures and deadlocks are tried
   * again, up to three times, by the outermost: the work must do nothing outside the database.
   */
  abstract transaction<T>(work: () => Promise<T>): Promise<T>;

  abstract inTransaction(): boolean;

  /** The transaction here has sent a statement: before that, working outside of it costs no second connection. */
  abstract begun(): boolean;

  /**
   * The transaction's last statement. Where no other was sent before, it goes alone, without BEGIN and COMMIT: what it
   * did then stands even if `settled` throws, so its own conditions must guard it. Outside a transaction: as `query`.
   */
  abstract last(
    sql: string | Statement,
    values?: unknown[],
    settled?: (result: QueryResult) => void,
  ): Promise<QueryResultRow[]>;

  /** Runs in the transaction, when its work is done, in the order asked. Throws when there is no transaction. */
  abstract beforeCommit(work: () => Promise<void>): void;

  /** Runs once what was done is durable, outside the transaction; at once when there is none. It must not throw. */
  abstract afterCommit(work: () => void): void;

  /** Something that lives as long as the transaction, such as a buffer. Throws when there is no transaction. */
  abstract local<T>(key: symbol, make: () => T): T;

  /** Runs the work as if no transaction were open here. */
  abstract outside<T>(work: () => T): T;

  /** TypeORM over the same connections: the ambient transaction's when there is one. */
  abstract get entities(): EntityManager;
}
