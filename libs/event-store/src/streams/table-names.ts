/**
 * The names of the tables of a context's streams, and of the column that identifies the stream. A schema has only one
 * store, because the functions that write these tables have the same names in each schema.
 */
export interface StreamTables {
  /** Distinguishes the prepared statements of two stores in one process. */
  readonly store: string;
  /**
   * The column that identifies the stream, of type uuid. All these tables and the tables of the projections have it.
   */
  readonly stream: string;
  readonly events: string;
  readonly heads: string;
  readonly pending: string;
  readonly unnumbered: string;
  readonly log: string;
  readonly seals: string;
  readonly reseals: string;
  readonly sealRecords: string;
  readonly admissions: string;
  readonly eventFormats: string;
  readonly macExceptions: string;
  readonly macInstances: string;
  readonly snapshots: string;
  readonly verifications: string;
}

type Name = Exclude<keyof StreamTables, 'store'>;

const placeholderNames: Readonly<Record<Name, true>> = {
  ...{ stream: true, events: true, heads: true, pending: true, unnumbered: true, log: true },
  ...{ seals: true, reseals: true, sealRecords: true },
  ...{ admissions: true, eventFormats: true, macExceptions: true, macInstances: true },
  ...{ snapshots: true, verifications: true },
};

/** Placeholders in SQL for the names of the context's tables, which `inTables` fills in. */
export const named = Object.fromEntries(Object.keys(placeholderNames).map((name) => [name, `{${name}}`])) as Record<
  Name,
  string
>;

const PLACEHOLDERS = new RegExp(`\\{(${Object.keys(placeholderNames).join('|')})\\}`, 'g');

/** Returns the SQL with the names of these tables in place of the placeholders. */
export const inTables = (sql: string, tables: Partial<StreamTables>): string =>
  sql.replace(PLACEHOLDERS, (_, name: Name) => {
    const tableName = tables[name];
    if (tableName === undefined)
      throw new Error(
        `The SQL uses the placeholder {${name}}, but this store has no name for it. Add the name to its StreamTables.`,
      );
    return tableName;
  });
