import type { Database } from '#database';
import { StreamDatabase } from '../streams/stream-database';
import type { StreamTables } from '../streams/table-names';

/** Tables whose names begin with `begin`, as in the migrations of each context. */
export const tablesOf = (store: string, stream: string, begin: string): StreamTables => ({
  ...{ store, stream },
  events: `${begin}_events`,
  heads: `${begin}_heads`,
  pending: `${begin}_pending`,
  unnumbered: `${begin}_unnumbered`,
  log: `${begin}_log`,
  seals: `${begin}_seals`,
  reseals: `${begin}_reseals`,
  sealRecords: `${begin}_seal_records`,
  admissions: `${begin}_admissions`,
  eventFormats: `${begin}_event_formats`,
  macExceptions: `${begin}_mac_exceptions`,
  macInstances: `${begin}_mac_instances`,
  snapshots: `${begin}_snapshots`,
  verifications: `${begin}_verifications`,
});

/** The tables of the schema that most specs use. */
export const tables = tablesOf('orders', 'order_id', 'order');

/** A database with these tables, for SQL that is written with `named`. */
export const streamsIn = (db: Database): StreamDatabase =>
  db instanceof StreamDatabase ? db : new StreamDatabase(db, tables);
