import 'reflect-metadata';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as ConfigLibrary from '#platform/config';
import type * as DatabaseLibrary from '#database';
import { resolveToSources } from './source-imports';

const PREFIX = 'shop-test-postgres-';
export const TEMPLATE = 'shop_template';

/** Starts one Postgres for the whole run. It has one migrated database, and each spec file gets a copy of that database. */
export default async function setUp(): Promise<void> {
  if (process.env['SHOP_TEST_POSTGRES']) return; // the set-up of another Jest project has already run
  resolveToSources();
  /* eslint-disable @typescript-eslint/no-require-imports -- the sources can be resolved only from here on */
  const database = require('#database') as typeof DatabaseLibrary;
  const { contextNames } = require('#platform/config') as typeof ConfigLibrary;
  /* eslint-enable @typescript-eslint/no-require-imports */
  await sweep(database);
  const dataDir = mkdtempSync(join(tmpdir(), PREFIX));
  const server = await database.startEmbeddedPostgres({
    dataDir,
    durable: false,
    settings: { shared_buffers: '256MB', max_wal_size: '4GB', wal_level: 'minimal', max_wal_senders: '0' },
  });
  try {
    const admin = await database.connect(server.url, 'tests');
    await admin.query(`create database ${TEMPLATE}`);
    await admin.end();
    const urls = { databaseUrl: server.url.replace('/shop?', `/${TEMPLATE}?`), databaseUrls: {} };
    for (const context of contextNames) {
      // If a migration fails, the specs of its context report it. The other migrations still run.
      await database.migrate(urls, { contexts: [context] }).catch((error: unknown) => console.error(context, error));
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
  process.env['SHOP_TEST_POSTGRES'] = server.url;
  Object.assign(globalThis, {
    stopTestPostgres: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  });
}

/** Stops the servers and deletes the folders of test runs that were killed. */
async function sweep({ startEmbeddedPostgres, DataFolderInUse }: typeof DatabaseLibrary): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const dataDir = join(tmpdir(), name);
    try {
      const orphan = await startEmbeddedPostgres({ dataDir, durable: false });
      await orphan.stop();
    } catch (error) {
      if (error instanceof DataFolderInUse) continue;
    }
    rmSync(dataDir, { recursive: true, force: true });
  }
}
