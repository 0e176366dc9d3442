import { randomBytes } from 'node:crypto';
import type { Config, ContextName } from '#platform/config';
import type * as DatabaseLibrary from '#database';
import { connect, contextPool } from '../../libs/database/src/pool/connection';

export interface TestDatabase {
  /** As the superuser; contexts take their own role from it. */
  readonly url: string;
  /** What readConfig() would say of it: merge into a configuration, or give to `migrate`. */
  readonly config: Pick<Config, 'databaseUrl' | 'databaseUrls'>;
  /** A context's database, as that context's role. Closed by `drop()`. */
  of(context: ContextName): DatabaseLibrary.PgDatabase;
  /** SQL as the superuser, to look behind the scenes. */
  admin<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/**
 * A database of the caller's own, migrated unless it is asked to be empty. One per spec file, in `beforeAll`.
 */
export async function testDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const server = process.env['SHOP_TEST_POSTGRES'];
  if (!server) throw new Error('There is no test Postgres: name the file *.int-spec.ts or *.e2e-spec.ts');
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await onServer(server, `create database ${name} template ${empty ? 'template0' : 'shop_template'}`);
  const url = server.replace('/shop?', `/${name}?`);
  const pools: DatabaseLibrary.PgDatabase[] = [];
  return {
    url,
    config: { databaseUrl: url, databaseUrls: {} },
    of(context) {
      // Half a second of loading, which those who only want a database for a shop are spared.
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
