import { randomInt } from 'node:crypto';
import type { Client } from 'pg';
import type { Config, ContextName } from '#platform/config';
import { connect, databaseSetting, databaseUrl } from './connection';
import { isUnreachable, isRefusal } from './environment';
import { asRefusal } from './refused';
import { rememberLostSettings } from './session-settings';

const ROUNDS = 3;
/**
 * A time zone that no server has by default. If a connection has it, the server got the settings of the start-up
 * packet.
 */
const TEST_ZONE = 'Pacific/Kiritimati';

type Urls = Pick<Config, 'databaseUrl' | 'databaseUrls' | 'databaseUrlLeadership'>;

/** A pooler between the shop and its database shares sessions between clients. The message says what to do. */
export class UnusableSessions extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnusableSessions';
  }
}

/** The end of a `DatabaseUnreachable` message: what does not work without the database. */
type Without = 'the shop does not start without it' | 'a command needs the databases of all contexts';

/** A database that this process needs for its start cannot be reached. */
export class DatabaseUnreachable extends Error {
  constructor(name: string, cause: Error, without: Without) {
    const reasons = cause instanceof AggregateError ? (cause.errors as Error[]).map((one) => one.message).join(', ') : cause.message; // prettier-ignore
    super(`The database at ${name} cannot be reached, and ${without} (${reasons})`, { cause });
    this.name = 'DatabaseUnreachable';
  }
}

/**
 * Checks at the start that each connection to each server is a session of its own. Leadership locks, LISTEN and the
 * role of each context belong to a session. A pooler that shares connections between transactions would break all three
 * without an error.
 */
export async function checkSessions(
  config: Urls,
  contexts: readonly ContextName[],
  elsewhere: readonly ContextName[] = [],
  without: Without = 'the shop does not start without it',
): Promise<void> {
  const names = namesByUrl(config, contexts);
  const { databaseUrlLeadership: leadership } = config;
  if (leadership) names.set(leadership, 'DATABASE_URL_LEADERSHIP');
  const others = [...namesByUrl(config, elsewhere)].filter(([url]) => !names.has(url));
  await Promise.all([
    ...[...names].map(([url, name]) => checkServer(url, name, without)),
    // a database that only other processes use is allowed to be unreachable
    ...others.map(([url, name]) => checkServer(url, name, without).catch(ignoreIfAway)),
  ]);
  if (leadership && leadership !== mainUrl(config)) await checkSameDatabase(mainUrl(config), leadership);
}

function namesByUrl(config: Urls, contexts: readonly ContextName[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const context of contexts) names.set(databaseUrl(config, context), databaseSetting(config, context));
  return names;
}

function ignoreIfAway(error: unknown): void {
  if (!isUnreachable(error)) throw error;
}

/** The database for leadership: the common database, or the database of ordering if each context has its own. */
export const mainUrl = (config: Pick<Config, 'databaseUrl' | 'databaseUrls'>): string =>
  config.databaseUrl ?? databaseUrl(config, 'ordering');

async function checkServer(url: string, name: string, without: Without): Promise<void> {
  rememberLostSettings(url, false);
  const open = () =>
    connect(url, 'start-up', { settings: { timezone: TEST_ZONE } }).catch((error: Error) => {
      if (/unsupported startup parameter/.test(error.message)) throw new UnusableSessions(refusedSettingsText(name));
      throw isUnreachable(error) && !isRefusal(error)
        ? new DatabaseUnreachable(name, error, without)
        : asRefusal(name, error);
    });
  const both = await Promise.allSettled([open(), open()]);
  const clients = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    for (const one of both) if (one.status === 'rejected') throw one.reason;
    const [first, second] = clients as [Client, Client];
    const problem = await findSharing(first, second).catch(statementModeProblem);
    if (problem) throw new UnusableSessions(sharedSessionsText(name, problem));
    const { rows } = await first.query<{ zone: string }>(`select current_setting('timezone') as zone`);
    rememberLostSettings(url, rows[0].zone !== TEST_ZONE);
  } finally {
    for (const client of clients) void client.end().catch(() => undefined);
  }
}

/**
 * Uses two connections, one with an open transaction. Each connection must keep its own backend. Returns the problem,
 * if any.
 */
async function findSharing(first: Client, second: Client): Promise<string | undefined> {
  const backendOf = async (client: Client) =>
    (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0].pid;
  const [one, two] = [await backendOf(first), await backendOf(second)];
  if (one === two) return `two connections were served by one backend (${one})`;
  for (let round = 0; round < ROUNDS; round++) {
    await second.query('begin');
    const [now, other] = [await backendOf(first), await backendOf(second)];
    await second.query('commit');
    if (now !== one) return `a connection moved from backend ${one} to ${now}`;
    if (other !== two) return `a connection moved from backend ${two} to ${other}`;
  }
  return undefined;
}

/** A pooler in statement mode answers `begin` with this error, and closes the connection. */
function statementModeProblem(error: Error): string {
  if (!/transaction blocks not allowed/.test(error.message)) throw error;
  return error.message;
}

/** Both URLs must lead to the same database: an advisory lock is visible only in its own database. */
async function checkSameDatabase(main: string, leadership: string): Promise<void> {
  const [one, other] = await Promise.all([connect(main, 'start-up'), connect(leadership, 'start-up')]);
  try {
    const lock = [randomInt(1, 2 ** 31 - 1), randomInt(1, 2 ** 31 - 1)];
    const tryLock = async (client: Client) =>
      (await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', lock)).rows[0].got;
    await tryLock(one);
    if (await tryLock(other))
      throw new UnusableSessions(
        'DATABASE_URL_LEADERSHIP leads to another database than DATABASE_URL: it must lead to the same one, without the pooler',
      );
  } finally {
    for (const client of [one, other]) void client.end().catch(() => undefined);
  }
}

const refusedSettingsText = (name: string): string =>
  `${name} leads to a connection pooler that refuses the settings of a connection: ` +
  `set ignore_startup_parameters = options and pool_mode = session there, or let ${name} lead to Postgres itself`;

const sharedSessionsText = (name: string, problem: string): string =>
  `${name} leads to a connection pooler that shares connections between transactions (${problem}), and the shop needs ` +
  `sessions: set pool_mode = session there, or let ${name} lead to Postgres itself. Where the pooler also closes idle ` +
  `connections, let DATABASE_URL_LEADERSHIP lead to Postgres itself`;
