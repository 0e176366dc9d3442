// The database of a closed shop: Postgres is running and migrated, but the application is not running. `open` starts
// it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built } from './built.mjs';
import { openShop } from './shop.mjs';

const { connect, startEmbeddedPostgres, migrate } = built('libs/database/src/index.js');
const { readConfig, contextNames } = built('libs/platform/src/config/index.js');

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Starts the database in a new folder. `close` deletes the folder. */
export async function closedShop() {
  const folder = mkdtempSync(join(tmpdir(), 'shop-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir: folder });
  const { url } = postgres;
  const env = { DATA_DIR: folder, DATABASE_URL: url };
  const config = readConfig({ ...process.env, ...env });
  await migrate(config, { contexts: contextNames });
  const { sealSigningKey, eventMacKey, personalDataKey } = config;
  const client = await connect(url, 'bench');
  const ask = async (sql, values) => (await client.query(sql, values)).rows;
  await client.query('set search_path = ordering');
  return {
    url,
    config,
    env,
    /** The first argument of `writeHistory`: the database URL and the shop's keys. */
    books: { url, sealSigningKey, eventMacKey, personalDataKey },
    /** SQL as the superuser, in ordering's schema. */
    ask,
    open: () => openShop(folder, env),
    /** Waits until every live read model has applied the whole log. */
    async caughtUp() {
      for (;;) {
        const [{ behind }] = await ask(
          `select (select coalesce(max(position), 0) from order_log) - min(c.position) as behind
           from projection_checkpoints c join projection_tables t using (relation) where t.state = 'live'`,
        );
        if (behind === 0) return;
        await pause(50);
      }
    },
    async close() {
      await client.end();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Calls `work` with a closed shop. Afterwards it deletes the database, also after an error. */
export async function withClosedShop(work) {
  const shop = await closedShop();
  try {
    return await work(shop);
  } finally {
    await shop.close();
  }
}
