import type { Config, ContextName } from '#platform/config';
import { runningPostgres, startEmbeddedPostgres } from '#platform/database';

export interface Housed {
  readonly config: Config;
  stop(): Promise<void>;
}

const nothingToStop = () => Promise.resolve();

/** The configured database, or an embedded one under DATA_DIR. A single service shares one that is running there. */
export async function housePostgres(
  config: Config,
  contexts: readonly ContextName[],
  shared: boolean,
  say: (line: string) => void,
): Promise<Housed> {
  if (config.databaseUrl || contexts.every((context) => config.databaseUrls[context]))
    return { config, stop: nothingToStop };
  const running = shared ? runningPostgres(config.dataDir) : undefined;
  if (running) return { config: withDatabase(config, running.url), stop: nothingToStop };
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, say });
  return { config: withDatabase(config, postgres.url), stop: () => postgres.stop() };
}

export const withDatabase = (config: Config, databaseUrl: string): Config =>
  Object.freeze(
    Object.assign(Object.create(Object.getPrototypeOf(config) as object), config, { databaseUrl }),
  ) as Config;
