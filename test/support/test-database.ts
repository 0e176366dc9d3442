import { randomBytes } from 'node:crypto';
import type { Config, ContextName } from '#platform/config';
import type * as DatabaseLibrary from '#database';
import { connect, contextPool } from '../../libs/database/src/pool/connection';

export interface TestDatabase {
  /** The URL for the superuser. Contexts connect with their own roles. */
  readonly url: string;
  /** The settings of this database as `readConfig()` returns them. */
  readonly config: Pick<Config, 'databaseUrl' | 'databaseUrls'>;
  /** Connects with a context's role. `drop()` closes the connections. */
  of(context: ContextName): DatabaseLibrary.PgDatabase;
  /** Runs SQL as the superuser. */
  admin<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** Makes a new database for one spec file. If `empty` is true, it has no tables; otherwise it is migrated. */
export async function testDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const server = process.env['SHOP_TEST_POSTGRES'];
  if (!server) throw new Error('There is no test Postgres. Only files named *.int-spec.ts or *.e2e-spec.ts have one.');
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await onServer(server, `create database ${name} template ${empty ? 'template0' : 'shop_template'}`);
  const url = server.replace('/shop?', `/${name}?`);
  const pools: DatabaseLibrary.PgDatabase[] = [];
  return {
    url,
    config: { databaseUrl: url, databaseUrls: {} },
    of(context) {
      // `#database` is loaded only here, because loading takes half a second and many tests do not need it.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { PgDatabase } = require('#database') as typeof DatabaseLibrary;
      const database = new PgDatabase(context, contextPool(url, context, { allowExitOnIdle: true }));
      pools.push(database);
      return database;
    },
    async admin<Row extends object>(sql: string, values?: unknown[]) {
      const client = await connect(url, 'test');
      try {
        return (await client.query<Row & Record<string, unknown>>(sql, values)).rows as Row[];
      } finally {
        await client.end();
      }
    },
    async drop() {
      await Promise.all(pools.map(({ pool }) => pool.end()));
      await onServer(server, `drop database if exists ${name} with (force)`);
    },
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = await connect(url, 'tests');
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
