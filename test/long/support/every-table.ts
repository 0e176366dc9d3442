import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from '../../support/test-database';

/** The content of each table, as its number of rows and a sum of hashes. */
export type Tables = ReadonlyMap<string, string>;

/** The schema of the audit trail. It records refused requests too, so its tables can change after a refusal. */
const TRAIL = ['audit'];

/**
 * Tables that processes change without any request: two have heartbeats, the third the process that leads the relay.
 */
const HEARTBEATS = ['instances', 'order_mac_instances', 'outbox_fence'];

/** Tables that background jobs change without any request: checks of data, and seals. */
const BACKGROUND = [
  'ordering.projection_walks',
  'ordering.order_seals',
  'ordering.order_seal_records',
  'ordering.order_verifications',
  ...['ordering', 'payments'].flatMap((context) => [`${context}.journal_marks`, `${context}.journal_checks`]),
];

/** Reads all tables, except those of the audit trail and those that change without any request. */
export class EveryTable {
  private constructor(
    private readonly database: TestDatabase,
    private readonly sql: string,
    readonly changingTables: Set<string>,
  ) {}

  static async of(database: TestDatabase, idleMs = 3_000): Promise<EveryTable> {
    const names = await database.admin<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema') and schemaname <> all ($1) and tablename <> all ($2)
        order by 1`,
      [TRAIL, HEARTBEATS],
    );
    const one = ({ name }: { name: string }) =>
      `select '${name}' as name, count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0) as held from ${name} t`;
    const tables = new EveryTable(database, names.map(one).join(' union all '), new Set(BACKGROUND));
    const before = await tables.read();
    for (const end = Date.now() + idleMs; Date.now() < end; await sleep(300))
      for (const name of changedBetween(before, await tables.read())) tables.changingTables.add(name);
    return tables;
  }

  async read(): Promise<Tables> {
    const rows = await this.database.admin<{ name: string; held: string }>(this.sql);
    return new Map(rows.filter(({ name }) => !this.changingTables.has(name)).map(({ name, held }) => [name, held]));
  }

  /** Waits until the tables do not change for 400 ms, or until the time limit. Returns their content. */
  async waitUntilSettled(patienceMs = 20_000): Promise<Tables> {
    let last = await this.read();
    for (const end = Date.now() + patienceMs; Date.now() < end;) {
      await sleep(400);
      const now = await this.read();
      if (changedBetween(last, now).length === 0) return now;
      last = now;
    }
    return last;
  }
}

export const changedBetween = (before: Tables, after: Tables): string[] =>
  [...after].filter(([name, held]) => before.get(name) !== held).map(([name]) => name);
