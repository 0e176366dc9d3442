import { randomInt } from 'node:crypto';
import type { Client } from 'pg';
import type { Config, ContextName } from '#platform/config';
import { connect, databaseUrl } from './connection';
import { isAway, isRefusal } from './environment';
import { refusedAt } from './refused';
import { rememberLostSettings } from './session-settings';

const ROUNDS = 3;
/** A time zone that no server has by default: if it is set, the start-up packet has arrived. */
const SIGN = 'Pacific/Kiritimati';

type Urls = Pick<Config, 'databaseUrl' | 'databaseUrls' | 'databaseUrlLeadership'>;

/** A pooler between the shop and its database does not give it sessions of its own. The message says what to do. */
export class UnusableSessions extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnusableSessions';
  }
}

/** What cannot be done while a database is away. */
type Without = 'the shop does not start without it' | 'a command needs the databases of all contexts';

/** A database that is away, and without which this process does not start. */
export class DatabaseAway extends Error {
  constructor(name: string, cause: Error, without: Without) {
    const said = cause instanceof AggregateError ? (cause.errors as Error[]).map((one) => one.message).join(', ') : cause.message; // prettier-ignore
    super(`The database at ${name} cannot be reached, and ${without} (${said})`, { cause });
    this.name = 'DatabaseAway';
  }
}

/**
 * At the start, for every server: a connection must be a session. Leadership is a lock of a session, and so are
 * LISTEN and the role of each context. A pooler that gives a connection to others between two transactions breaks
 * them without an error.
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
    ...[...names].map(([url, name]) => checkOne(url, name, without)),
    // databases of other processes' contexts: one that is away does not stop this process
    ...others.map(([url, name]) => checkOne(url, name, without).catch(unlessAway)),
  ]);
  if (leadership && leadership !== mainUrl(config)) await checkSameDatabase(mainUrl(config), leadership);
}

function namesByUrl(config: Urls, contexts: readonly ContextName[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const context of contexts) {
    const own = config.databaseUrls[context];
    names.set(databaseUrl(config, context), own ? `DATABASE_URL_${context.toUpperCase()}` : 'DATABASE_URL');
  }
  return names;
}

function unlessAway(error: unknown): void {
  if (!isAway(error)) throw error;
}

/** The database for leadership: the common one, or that of ordering if each context has its own. */
export const mainUrl = (config: Pick<Config, 'databaseUrl' | 'databaseUrls'>): string =>
  config.databaseUrl ?? databaseUrl(config, 'ordering');

async function checkOne(url: string, name: string, without: Without): Promise<void> {
  rememberLostSettings(url, false);
  const open = () =>
    connect(url, 'start-up', { settings: { timezone: SIGN } }).catch((error: Error) => {
      if (/unsupported startup parameter/.test(error.message)) throw new UnusableSessions(refusedSettings(name));
      throw isAway(error) && !isRefusal(error) ? new DatabaseAway(name, error, without) : refusedAt(name, error);
    });
  const both = await Promise.allSettled([open(), open()]);
  const clients = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    for (const one of both) if (one.status === 'rejected') throw one.reason;
    const [first, second] = clients as [Client, Client];
    const seen = await interleave(first, second).catch(noTransactions);
    if (seen) throw new UnusableSessions(shared(name, seen));
    const { rows } = await first.query<{ zone: string }>(`select current_setting('timezone') as zone`);
    rememberLostSettings(url, rows[0].zone !== SIGN);
  } finally {
    for (const client of clients) void client.end().catch(() => undefined);
  }
}

/** Two connections, one with an open transaction: each must keep a backend of its own. */
async function interleave(first: Client, second: Client): Promise<string | undefined> {
  const backend = async (client: Client) =>
    (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0].pid;
  const [one, two] = [await backend(first), await backend(second)];
  if (one === two) return `two connections were served by one backend (${one})`;
  for (let round = 0; round < ROUNDS; round++) {
    await second.query('begin');
    const [now, other] = [await backend(first), await backend(second)];
    await second.query('commit');
    if (now !== one) return `a connection moved from backend ${one} to ${now}`;
    if (other !== two) return `a connection moved from backend ${two} to ${other}`;
  }
  return undefined;
}

/** What a pooler in statement mode answers to `begin`; it also closes the connection. */
function noTransactions(error: Error): string {
  if (!/transaction blocks not allowed/.test(error.message)) throw error;
  return error.message;
}

/** An advisory lock is visible on the same database only. */
async function checkSameDatabase(main: string, leadership: string): Promise<void> {
  const [one, other] = await Promise.all([connect(main, 'start-up'), connect(leadership, 'start-up')]);
  try {
    const lock = [randomInt(1, 2 ** 31 - 1), randomInt(1, 2 ** 31 - 1)];
    const taken = async (client: Client) =>
      (await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', lock)).rows[0].got;
    await taken(one);
    if (await taken(other))
      throw new UnusableSessions(
        'DATABASE_URL_LEADERSHIP leads to another database than DATABASE_URL: it must be the same one, by another way',
      );
  } finally {
    for (const client of [one, other]) void client.end().catch(() => undefined);
  }
}

const refusedSettings = (name: string): string =>
  `${name} leads to a connection pooler that refuses the settings of a connection: ` +
  `set ignore_startup_parameters = options and pool_mode = session there, or let ${name} lead to Postgres itself`;

const shared = (name: string, seen: string): string =>
  `${name} leads to a connection pooler that shares connections between transactions (${seen}), and the shop needs ` +
  `sessions: set pool_mode = session there, or let ${name} lead to Postgres itself. Where the pooler also closes idle ` +
  `connections, let DATABASE_URL_LEADERSHIP lead past it`;
