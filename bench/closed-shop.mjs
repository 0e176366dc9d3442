// The shop's database without the shop: its Postgres runs, migrated, and nobody else is there.
import { built } from './built.mjs';

const { startEmbeddedPostgres, migrate } = built('libs/platform/src/database/index.js');
const { readConfig, contextNames } = built('libs/platform/src/config/index.js');

export async function closedShop(dataDir) {
  const postgres = await startEmbeddedPostgres({ dataDir });
  const config = readConfig({ ...process.env, DATA_DIR: dataDir, DATABASE_URL: postgres.url });
  await migrate(config, { contexts: contextNames });
  const { sealSigningKey, personalDataKey } = config;
  const books = { url: postgres.url, sealSigningKey, personalDataKey };
  return { url: postgres.url, config, books, close: () => postgres.stop() };
}
