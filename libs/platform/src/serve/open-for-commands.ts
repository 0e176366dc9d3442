import {
  Global,
  Module,
  type DynamicModule,
  type INestApplicationContext,
  type LoggerService,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { contextNames, type Config } from '#platform/config';
import { checkSessions, migrate, runningPostgres, startEmbeddedPostgres, type MigrationReport } from '#database';
import { WITHOUT_JOBS } from '#database/leadership';
import { ShopModule } from './shop.module';
import { textOfLog } from './text-of-log';
import { withDatabase } from './postgres';

const print = (message: unknown) => void process.stderr.write(`${textOfLog(message)}\n`);

/** A command prints its own output to stdout. Of the log, only errors are shown, on stderr. */
const errorsOnly: LoggerService = { log: () => undefined, warn: () => undefined, error: print, fatal: print };

@Global()
@Module({ providers: [{ provide: WITHOUT_JOBS, useValue: true }], exports: [WITHOUT_JOBS] })
class WithoutJobsModule {}

export interface CommandShop {
  readonly app: INestApplicationContext;
  readonly config: Config;
  /** How many migrations this command ran, by context. */
  readonly ran: MigrationReport['ran'];
  /** Migrations of a newer build that this build can work with. */
  readonly newer: MigrationReport['newer'];
  close(): Promise<void>;
}

/**
 * The shop without HTTP, for commands of an operator: it handles no messages and runs no jobs. It connects to the
 * configured database, or to the embedded server of a running shop. If no shop is running, it starts the embedded
 * server and stops it at the end. It always migrates a new database. It migrates an existing database only if
 * `migrates` is true.
 */
export async function openForCommands(
  modules: readonly Type[],
  configured: Config,
  { migrates = false }: { readonly migrates?: boolean } = {},
): Promise<CommandShop> {
  const { config, stop } = await findOrStartDatabase(configured);
  try {
    await checkSessions(config, contextNames, [], 'a command needs the databases of all contexts');
    const { ran, newer } = await migrate(config, { contexts: contextNames, onlyNew: !migrates });
    const app = await NestFactory.createApplicationContext(shopWithoutJobs(config, modules), {
      abortOnError: false,
      logger: errorsOnly,
    });
    return {
      app,
      config,
      ran,
      newer,
      close: async () => {
        try {
          await app.close();
        } finally {
          await stop();
        }
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function shopWithoutJobs(config: Config, modules: readonly Type[]): DynamicModule {
  return ShopModule.with(config, contextNames, [WithoutJobsModule, ...modules], { jobs: false });
}

async function findOrStartDatabase(config: Config): Promise<{ config: Config; stop: () => Promise<void> }> {
  const nothingToStop = () => Promise.resolve();
  const hasDatabases = contextNames.every((context) => config.databaseUrls[context] ?? config.databaseUrl);
  if (hasDatabases) return { config, stop: nothingToStop };
  const running = runningPostgres(config.dataDir);
  if (running) return { config: withDatabase(config, running.url), stop: nothingToStop };
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir });
  return { config: withDatabase(config, postgres.url), stop: () => postgres.stop() };
}
