import { Client, Pool, type ClientConfig, type PoolConfig } from 'pg';
import type { Config, ContextName } from '#platform/config';
import { pgTypes } from './pg-types';
import { oneRoleServes, ownerRole, ownRuntimeRole } from './roles';

/** Eight contexts of four, three lesser schemas of two, and the one for leadership: under 40 a process. */
export const poolSize = (context: ContextName): number => (['privacy', 'audit', 'sandbox'].includes(context) ? 2 : 4);

/** Where the context's data lies. Throws when no database is configured: the embedded one sets `databaseUrl`. */
export function databaseUrl(config: Pick<Config, 'databaseUrl' | 'databaseUrls'>, context: ContextName): string {
  const url = config.databaseUrls[context] ?? config.databaseUrl;
  if (!url) throw new Error(`There is no database for ${context}: set DATABASE_URL`);
  return url;
}

/** A little longer than the server takes for any statement: past it nobody is there to answer, though nobody hung up. */
const NO_ANSWER_MS = 12_000;

const TIMEOUTS = { statement_timeout: '10s', lock_timeout: '5s', idle_in_transaction_session_timeout: '5s' };

/** Settings that travel in the start-up packet, so that they cost no round trip. */
export const startUp = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');

const settingsFor = (url: string, context: ContextName, role: string) => ({
  ...(oneRoleServes(url) ? {} : { role }),
  search_path: `${context},public`, // public holds extensions only
  timezone: 'UTC',
});

export function contextPool(url: string, context: ContextName, more: PoolConfig = {}): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: `shop ${context}`,
    options: startUp({ ...settingsFor(url, context, ownRuntimeRole(context)), ...TIMEOUTS, jit: 'off' }),
    types: pgTypes,
    max: poolSize(context),
    connectionTimeoutMillis: 5_000,
    query_timeout: NO_ANSWER_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    allowExitOnIdle: false,
    ...more,
  });
  pool.on('error', () => undefined); // an idle connection was cut: the pool opens another, and whoever needs it hears
  // one that is cut while it changes hands has no listener of the pool's, and none of its next user's yet
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** The owner's settings, for migrations: no time limit but on locks, so that a migration cannot queue the shop up. */
export const ownerOptions = (url: string, context: ContextName): string =>
  startUp({ ...settingsFor(url, context, ownerRole(context)), lock_timeout: '10s' });

/** One connection of its own, as the role that the URL names. Close it with `end()`. */
export async function connect(url: string, name: string, more: ClientConfig = {}): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: `shop ${name}`,
    types: pgTypes,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    ...more,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
