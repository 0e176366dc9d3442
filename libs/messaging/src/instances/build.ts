import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, ContextName } from '#platform/config';
import { migrationsFolder } from '#database';
import type { Subscription } from '../outbox/subscriptions.store';

/** The path to package.json differs between the sources and the compiled build. */
const manifestPath = ['../../../../package.json', '../../../../../package.json']
  .map((path) => join(__dirname, path))
  .find(existsSync);

const version = manifestPath ? (JSON.parse(readFileSync(manifestPath, 'utf8')) as { version: string }).version : '0';

function newestMigration(context: ContextName): string | undefined {
  const folder = join(migrationsFolder, context);
  return existsSync(folder) ? readdirSync(folder).sort().at(-1)?.slice(0, 13) : undefined;
}

/**
 * The name of the build that this process runs for a context. Builds with different names can handle different
 * messages. Without `SHOP_BUILD`, the name is a hash of the version, the subscriptions and the newest migration.
 */
export function buildName(config: Config, context: ContextName, subscriptions: readonly Subscription[]): string {
  if (config.shopBuild) return config.shopBuild;
  const lines = subscriptions.map(({ handler, type, lane }) => `${handler} ${type} ${lane}`).sort();
  const hash = createHash('sha256').update([version, newestMigration(context) ?? 'none', ...lines].join('\n'));
  return hash.digest('hex').slice(0, 12);
}
