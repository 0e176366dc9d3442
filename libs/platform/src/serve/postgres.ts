import { setTimeout as pause } from 'node:timers/promises';
import type { Config, ContextName } from '#platform/config';
import { connect, DataFolderInUse, runningPostgres, startEmbeddedPostgres } from '#database';

export interface PreparedDatabase {
  readonly config: Config;
  stop(): Promise<void>;
}

const nothingToStop = () => Promise.resolve();

/**
 * How long this process waits while another process starts the server. After a crash, the server needs longer to start.
 */
const LONGEST_WAIT_MS = 120_000;

/**
 * Returns the configured database, or an embedded server whose files are in DATA_DIR. With `shared`, an embedded server
 * that already runs on DATA_DIR is used.
 */
export async function preparePostgres(
  config: Config,
  contexts: readonly ContextName[],
  shared: boolean,
  print: (line: string) => void,
): Promise<PreparedDatabase> {
  if (config.databaseUrl || contexts.every((context) => config.databaseUrls[context]))
    return { config, stop: nothingToStop };
  const { dataDir } = config;
  const server = await (shared ? findOrStartPostgres(dataDir, print) : startOwnPostgres(dataDir, print));
  return { config: withDatabase(config, server.url), stop: () => server.stop() };
}

interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

async function startOwnPostgres(dataDir: string, print: (line: string) => void): Promise<Server> {
  const postgres = await startEmbeddedPostgres({ dataDir, say: print });
  return { url: postgres.url, stop: () => postgres.stop() };
}

/**
 * If several services start at the same time with the same data folder, the first service starts the server. The other
 * services wait until the server responds.
 */
async function findOrStartPostgres(dataDir: string, print: (line: string) => void): Promise<Server> {
  for (const end = performance.now() + LONGEST_WAIT_MS; ; await pause(100)) {
    const running = runningPostgres(dataDir);
    try {
      if (!running) return await startOwnPostgres(dataDir, print);
      await (await connect(running.url, 'start-up')).end();
      return { url: running.url, stop: nothingToStop };
    } catch (error) {
      const isStartedElsewhere = running !== undefined || error instanceof DataFolderInUse;
      if (!isStartedElsewhere || performance.now() > end) throw error;
    }
  }
}

export const withDatabase = (config: Config, databaseUrl: string): Config =>
  Object.freeze(
    Object.assign(Object.create(Object.getPrototypeOf(config) as object), config, { databaseUrl }),
  ) as Config;
