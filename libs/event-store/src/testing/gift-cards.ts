import { Pool } from 'pg';
import type { QueryRunner } from 'typeorm';
import { DomainError, type Uuid } from '#kernel';
import { connect, PgDatabase, pgTypes, statement } from '#database';
import type { Projection } from '../projections/live/projection';
import { EventTypes } from '../streams/event-types';
import { defineGuard } from '../streams/guard';
import { StreamDatabase } from '../streams/stream-database';
import type { StreamTables } from '../streams/table-names';
import { tables as orderTables } from './tables';

/** Gift cards are an aggregate that exists only in tests. It has its own schema and its own table names. */
export const giftTables: StreamTables = {
  store: 'gifts',
  stream: 'card_id',
  events: 'gift_facts',
  heads: 'gift_versions',
  pending: 'gift_queue',
  unnumbered: 'gift_aside',
  log: 'gift_journal',
  seals: 'gift_stamps',
  reseals: 'gift_new_stamps',
  sealRecords: 'gift_decisions',
  admissions: 'gift_admitted',
  eventFormats: 'gift_formats',
  macExceptions: 'gift_exceptions',
  macInstances: 'gift_processes',
  snapshots: 'gift_folds',
  verifications: 'gift_checks',
};

/** The migrations that create the tables of a store, and the other tables that the store needs. */
const MIGRATIONS = [
  ...['1795000000000-messaging', '1795000000100-order-events', '1795000000300-read-models'],
  ...['1796000000100-rebuilds', '1796000000400-order-snapshots', '1798000000100-mixed-builds'],
  ...['1799000000500-seal-records'],
  ...['1799000000510-verifications', '1799000000600-event-macs', '1799000000700-unnumbered-events'],
  ...['1799000000710-mac-exceptions', '1799000000711-guarded-seal-records', '1799000000712-verification-macs'],
  ...['1799000000760-numbering-guard', '1799000000800-hand-over', '1799000000805-senders'],
];

type Migration = new () => { up(runner: QueryRunner): Promise<void> };

const tableNames = Object.entries(orderTables)
  .filter(([name]) => name !== 'store')
  .map(([name, table]) => [table as string, giftTables[name as keyof StreamTables]] as const)
  .sort(([a], [b]) => b.length - a.length);

const renameTables = (sql: string): string =>
  sql
    .replace(
      new RegExp(`\\b(${tableNames.map(([name]) => name).join('|')})(?![a-z])`, 'g'),
      (name) => tableNames.find(([one]) => one === name)![1],
    )
    .replace(/\b(shop_)?ordering\b/g, '$1gifts');

/**
 * Matches the statements of these migrations about the read models of orders. Gift cards have no such tables, so these
 * statements are skipped.
 */
const isAboutOrders = /^select create_projection_table|^insert into projection_|order_timeline/;

/** Creates the tables of the migrations in the schema `gifts`, with the names for gift cards. */
export async function createGiftTables(url: string): Promise<void> {
  const client = await connect(url, 'gift cards', { settings: { search_path: 'gifts' } });
  const query = async (sql: string, values?: unknown[]): Promise<unknown[]> => {
    if (isAboutOrders.test(sql)) return [];
    const { rows } = await client.query<object>(renameTables(sql), values);
    return rows;
  };
  try {
    await query('create schema gifts');
    await query(
      `do $$ begin create role shop_gifts; exception when duplicate_object or unique_violation then null; end $$`,
    );
    await query('grant usage on schema gifts to shop_gifts');
    await query(
      'alter default privileges in schema gifts grant select, insert, update, delete on tables to shop_gifts',
    );
    await query('alter default privileges in schema gifts grant usage on sequences to shop_gifts');
    for (const file of MIGRATIONS) {
      const [MigrationClass] = Object.values(
        (await import(`../../../../migrations/ordering/${file}`)) as Record<string, Migration>,
      );
      await new MigrationClass().up({ query } as unknown as QueryRunner);
    }
    await query('grant execute on function analyze_projection_table(text) to shop_gifts');
    await query('create table gift_codes (code text primary key, card_id uuid not null)');
    await query('create table gift_series (series text primary key, closed boolean not null default false)');
  } finally {
    await client.end();
  }
}

/** Connects as the role that works with the tables. */
export const giftDatabase = (url: string): PgDatabase => databaseOn(url, '-c search_path=gifts -c role=shop_gifts', 4);

/** One connection as the superuser, with the schemas of both stores. */
export const bothDatabases = (url: string): PgDatabase => databaseOn(url, '-c search_path=gifts,ordering', 1);

function databaseOn(url: string, settings: string, max: number): PgDatabase {
  const options = `${settings} -c timezone=UTC`;
  return new PgDatabase('ordering', new Pool({ connectionString: url, types: pgTypes, max, options }));
}

export const giftsIn = (database: PgDatabase): StreamDatabase => new StreamDatabase(database, giftTables);

export class CodeTaken extends DomainError {
  constructor(readonly cardId: Uuid | undefined) {
    super('CODE_TAKEN', 'conflict', 'A card with this code has been issued.');
  }
}

export class SeriesClosed extends DomainError {
  constructor(series: string) {
    super('SERIES_CLOSED', 'conflict', `No more cards of ${series} are issued.`);
  }
}

const CARD = statement('gift-of-code', 'select card_id as "cardId" from gift_codes where code = $1');
const CLOSED = statement('gift-series-closed', 'select from gift_series where series = $1 and closed');

export const codeUsedOnce = defineGuard<{ readonly code: string }>({
  name: 'code',
  place: 'after',
  sql: ({ code, streamId }) =>
    `insert into gift_codes (code, card_id) select ${code}::text, ${streamId}::uuid from head returning 1`,
  violated: {
    gift_codes_pkey: async ({ code }, lookUp) =>
      new CodeTaken((await lookUp<{ cardId: Uuid }>(CARD, [code]))[0]?.cardId),
  },
});

export const seriesOpen = defineGuard<{ readonly series: string }>({
  name: 'series',
  place: 'before',
  sql: ({ series }) =>
    `insert into gift_series as s (series) values (${series}::text)
    on conflict (series) do update set series = s.series where not s.closed returning 1`,
  missing: async ({ series }, lookUp) =>
    (await lookUp(CLOSED, [series])).length > 0 ? new SeriesClosed(series) : undefined,
});

export const giftEvents = new EventTypes([{ type: 'Issued' }, { type: 'Spent' }]);

export const issued = (amount: number) => ({ type: 'Issued', schemaVersion: 1, data: { amount } });
export const spent = (amount: number) => ({ type: 'Spent', schemaVersion: 1, data: { amount } });

interface Balance {
  readonly left: number;
}

/** The balance of each card. */
export const balances: Projection<Balance> = {
  name: 'gift-balance',
  version: 1,
  columns: { left_on_it: { type: 'integer', of: ({ left }) => left } },
  indexes: [['left_on_it desc', 'card_id']],
  project(balance, { type, data }) {
    const { amount } = data as { amount: number };
    return { left: (balance?.left ?? 0) + (type === 'Issued' ? amount : -amount) };
  },
};
