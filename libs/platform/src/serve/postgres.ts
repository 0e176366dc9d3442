import { setTimeout as pause } from 'node:timers/promises';
import type { Config, ContextName } from '#platform/config';
import { connect, DataFolderInUse, runningPostgres, startEmbeddedPostgres } from '#database';

export interface Housed {
  readonly config: Config;
  stop(): Promise<void>;
}

const nothingToStop = () => Promise.resolve();

/** Another process may start the server. This is how long its recovery after a crash may take. */
const PATIENCE_MS = 120_000;

/** The configured database, or an embedded server under DATA_DIR. With `shared`, a server that runs there is used. */
export async function housePostgres(
  config: Config,
  contexts: readonly ContextName[],
  shared: boolean,
  say: (line: string) => void,
): Promise<Housed> {
  if (config.databaseUrl || contexts.every((context) => config.databaseUrls[context]))
    return { config, stop: nothingToStop };
  const { dataDir } = config;
  const server = await (shared ? sharedPostgres(dataDir, say) : ownPostgres(dataDir, say));
  return { config: withDatabase(config, server.url), stop: () => server.stop() };
}

interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

async function ownPostgres(dataDir: string, say: (line: string) => void): Promise<Server> {
  const postgres = await startEmbeddedPostgres({ dataDir, say });
  return { url: postgres.url, stop: () => postgres.stop() };
}

/**
 * If services start at the same time on one folder, the first one starts the server. The others wait until the server
 * answers.
 */
async function sharedPostgres(dataDir: string, say: (line: string) => void): Promise<Server> {
  for (const end = performance.now() + PATIENCE_MS; ; await pause(100)) {
    const running = runningPostgres(dataDir);
    try {
      if (!running) return await ownPostgres(dataDir, say);
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
