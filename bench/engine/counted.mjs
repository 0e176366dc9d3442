// A shop on a Postgres that counts its statements.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built } from '../built.mjs';
import { openShop } from '../shop.mjs';

const { connect, startEmbeddedPostgres } = built('libs/database/src/index.js');

export async function withCountedShop(work) {
  const folder = mkdtempSync(join(tmpdir(), 'shop-bench-'));
  const postgres = await startEmbeddedPostgres({
    dataDir: folder,
    settings: { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.max': '10000' },
  });
  const client = await connect(postgres.url, 'bench');
  try {
    await client.query('create extension pg_stat_statements');
    const shop = await openShop(folder, { DATABASE_URL: postgres.url });
    try {
      return await work({ ...shop, database: postgres.url, ask: async (sql, values) => (await client.query(sql, values)).rows }); // prettier-ignore
    } finally {
      await shop.close();
    }
  } finally {
    await client.end();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The number of all statements and commits until now, including those of this function. */
export async function counts({ ask }) {
  const [row] = await ask(
    `select (select sum(calls) from pg_stat_statements(false))::float8 as statements,
       (select xact_commit from pg_stat_database where datname = current_database())::float8 as commits`,
  );
  return row;
}
