import type { Database } from '#database';
import type { Line } from './line-mac';

/** A line as it is stored. */
export interface StoredLine {
  /** The line's sort key. As a cursor, it says after which line the next page starts. */
  readonly place: readonly (string | number)[];
  /** A readable name of the line. */
  readonly name: string;
  /** The id of the order or the saga that the line is about. */
  readonly about: string;
  /** When the line was written, in ISO 8601 to the microsecond. */
  readonly at: string;
  /** Null on lines from before the MACs were introduced. */
  readonly mac: Buffer | null;
  readonly line: Line;
  /** What is wrong with the line although its MAC is right. Null if nothing is wrong. */
  readonly problem: string | null;
}

/** An append-only table whose lines have MACs. */
export interface KeptJournal {
  /** Schema and table. */
  readonly name: string;
  /** The next lines in the order of their keys. */
  next(db: Database, after: StoredLine['place'] | undefined, limit: number): Promise<readonly StoredLine[]>;
}

/** SQL: an instant in ISO 8601 to the microsecond. A value that is not a finite instant sorts after all others. */
export const exactly = (column: string): string =>
  `case when isfinite(${column}) then to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
     when ${column} is not null then 'infinite' end`;
