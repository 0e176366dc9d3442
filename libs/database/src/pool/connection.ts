import { Client, Pool, type ClientConfig, type PoolConfig } from 'pg';
import type { Config, ContextName } from '#platform/config';
import { pgTypes } from './pg-types';
import { hasOneRole, ownerRole, ownRuntimeRole } from './roles';
import { setPoolSettings, setWithStatement, connectionSettings, type Settings } from './session-settings';

/**
 * The number of connections of one pool. A process with all contexts needs 41: eight contexts with four connections,
 * three smaller schemas with two, two connections for tracking, and one for leadership.
 */
export const poolSize = (context: ContextName): number => (['privacy', 'audit', 'sandbox'].includes(context) ? 2 : 4);

/**
 * The URL of the context's database. Throws if no URL is configured. If the shop uses the embedded server,
 * `databaseUrl` has the URL of that server.
 */
export function databaseUrl(config: Pick<Config, 'databaseUrl' | 'databaseUrls'>, context: ContextName): string {
  const url = config.databaseUrls[context] ?? config.databaseUrl;
  if (!url) throw new Error(`There is no database for ${context}: set DATABASE_URL`);
  return url;
}

/** The name of the setting that has the context's URL. */
export const databaseSetting = ({ databaseUrls }: Pick<Config, 'databaseUrls'>, context: ContextName): string =>
  databaseUrls[context] ? `DATABASE_URL_${context.toUpperCase()}` : 'DATABASE_URL';

/**
 * A little longer than the server's limit for a statement. If no answer came in this time, the server counts as
 * unreachable, although the connection is open.
 */
const NO_ANSWER_MS = 12_000;

/**
 * Work that waits longer for a lock fails and returns its connection, so that work on other rows can use it.
 * `LockRetries` retries the work later.
 */
const LOCK_TIMEOUT = '200ms';

const TIMEOUTS = { statement_timeout: '10s', lock_timeout: LOCK_TIMEOUT, idle_in_transaction_session_timeout: '5s' };

const settingsFor = (url: string, context: ContextName, role: string) => ({
  ...(hasOneRole(url) ? {} : { role }),
  search_path: `${context},public`, // the public schema contains extensions only
  timezone: 'UTC',
});

export function contextPool(url: string, context: ContextName, more: PoolConfig = {}): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: `shop ${context}`,
    types: pgTypes,
    max: poolSize(context),
    connectionTimeoutMillis: 5_000,
    query_timeout: NO_ANSWER_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    allowExitOnIdle: false,
    ...more,
  });
  setPoolSettings(pool, url, () => ({
    ...settingsFor(url, context, ownRuntimeRole(context)),
    ...TIMEOUTS,
    jit: 'off',
  }));
  pool.on('error', () => undefined); // an idle connection broke: the pool opens a new connection when a query needs it
  // When the pool gives a connection to its next user, the connection has no error listener for a moment. An error at
  // that moment would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * The settings of the owner role, for migrations. Only the wait for a lock has a limit, so that a waiting migration
 * does not block the shop for long.
 */
export const ownerSettings = (url: string, context: ContextName): Settings => ({
  ...settingsFor(url, context, ownerRole(context)),
  lock_timeout: '10s',
});

interface ConnectOptions extends Omit<ClientConfig, 'options'> {
  readonly settings?: Settings;
}

/** Opens one connection outside the pools, with the role that the URL names. Close it with `end()`. */
export async function connect(
  url: string,
  name: string,
  { settings = {}, ...more }: ConnectOptions = {},
): Promise<Client> {
  const start = connectionSettings(url, settings);
  const client = new Client({
    connectionString: url,
    application_name: `shop ${name}`,
    types: pgTypes,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    ...('options' in start && start.options && { options: start.options }),
    ...more,
  });
  client.on('error', () => undefined);
  await client.connect();
  if (!('settings' in start)) return client;
  try {
    await setWithStatement(client, start.settings);
    return client;
  } catch (error) {
    void client.end().catch(() => undefined);
    throw error;
  }
}
