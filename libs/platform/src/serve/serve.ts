import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  contextNames,
  DEMO_ADMIN,
  readConfig,
  shopContexts,
  usedBy,
  type Config,
  type ContextName,
} from '#platform/config';
import {
  checkSessions,
  findConnectionShortages,
  migrate,
  findSharedLogins,
  type MigrationReport,
  type SharedLogin,
} from '#database';
import { asNestLogger, endLog, MetricsServer, shopLogger, ShopState } from '#platform/observability';
import { closeShop } from './closing';
import { createShop } from './create-shop';
import { LateDatabases, contextsThatMayOpenLater } from './late-databases';
import { neighbours } from './neighbours';
import { preparePostgres, type PreparedDatabase } from './postgres';
import { seed } from './seed';
import { Signals } from './signals';
import { startUpError } from './start-up-error';

export interface ServeOptions {
  /** The contexts of this process. The default is all contexts. */
  readonly contexts?: readonly ContextName[];
  /** The port that is used if PORT is not set. */
  readonly port?: number;
}

const LONGEST_STOP_MS = 9_500;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Starts the shop and keeps it running until SIGTERM or SIGINT. */
export async function serve(name: string, modules: readonly Type[], options: ServeOptions = {}): Promise<void> {
  let database: PreparedDatabase | undefined;
  let settings: Config | undefined;
  const signals = new Signals();
  try {
    const contexts = options.contexts ?? contextNames;
    const isService = options.contexts !== undefined;
    const contextsElsewhere = shopContexts.filter((context) => !contexts.includes(context));
    settings = readConfig(undefined, {
      ...(isService && neighbours),
      ...(options.port && { PORT: String(options.port) }),
    });
    await expectFreePort(settings.port, settings.host);
    await expectFreePort(settings.metricsPort ?? 0, settings.host);
    database = await signals.waitForDatabase(preparePostgres(settings, contexts, isService, print));
    const { config } = database;
    const ownContexts = usedBy(contexts);
    const lateContexts = contextsThatMayOpenLater(config, ownContexts);
    const neededContexts = ownContexts.filter((context) => !lateContexts.includes(context));
    await checkSessions(
      config,
      neededContexts,
      contextsElsewhere.filter((context) => config.databaseUrl ?? config.databaseUrls[context]),
    );
    reportMigrations(await migrate(config, { contexts: neededContexts }));
    if (config.profile === 'production') warnOfSharedLogins(await findSharedLogins(config, neededContexts));
    (await findConnectionShortages(config, neededContexts)).forEach(print);
    const lateDatabases = new LateDatabases(config, lateContexts, reportMigrations);
    await lateDatabases.prepareAvailable();
    // Services share a data folder. Each service has its own log folder, because only one process is allowed to write
    // to a rotating log file.
    const logger = shopLogger(isService ? { ...config, logDir: join(config.logDir, name) } : config);
    const app = await createShop(modules, config, {
      contexts,
      elsewhere: contextsElsewhere,
      lateContexts: lateDatabases,
      logger: asNestLogger(logger),
    });
    const stop = createStop(app, database, () => endLog(logger));
    signals.stopWith(stop);
    await seed(app);
    await app.get(MetricsServer).open();
    await app.listen({ port: config.port, host: config.host });
    app.get(ShopState).open();
    process.on('uncaughtException', (error) => {
      logger.error('uncaught exception', { error });
      stop(1);
    });
    process.on('unhandledRejection', (error) => logger.error('unhandled rejection', { error }));
    printAddress(name, config, app);
  } catch (error) {
    if (signals.isStopping) return; // a signal stopped the database, so this error is expected
    process.stderr.write(`${startUpError(error, settings)}\n`);
    await database?.stop().catch(() => undefined);
    process.exit(1);
  }
}

function reportMigrations({ ran, withoutRoles, newer }: MigrationReport): void {
  const count = Object.values(ran).reduce((sum, each) => sum + each, 0);
  if (count > 0) print(`${count} migrations ran`);
  if (withoutRoles.length > 0)
    print(
      `One database role serves ${withoutRoles.join(', ')}: this server does not allow creating roles, so these contexts can read and write each other's tables`,
    );
  for (const [context, names] of Object.entries(newer))
    print(`This build is older than the database of ${context} (${names.join(', ')}), but may work with it`);
}

function warnOfSharedLogins(logins: readonly SharedLogin[]): void {
  for (const { contexts, others } of logins)
    print(
      `The login of ${contexts.join(', ')} ${others.length > 0 ? `can become the role of ${others.join(', ')}` : 'serves all of them'}: ` +
        'give each context its own login (DATABASE_URL_<CONTEXT>) that is a member of only its own roles',
    );
}

/** Rejects if the port is in use. The start checks this before it starts a database. */
async function expectFreePort(port: number, host: string): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  await new Promise<void>((free, taken) => probe.once('error', taken).listen(port, host, free));
  await new Promise((closed) => probe.close(closed));
}

/** The first call of the returned function stops the shop in order. Further calls do nothing. */
function createStop(
  app: NestFastifyApplication,
  database: PreparedDatabase,
  endLogs: () => Promise<void>,
): (code: number) => void {
  let stopping = false;
  const stop = (code: number): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), LONGEST_STOP_MS).unref();
    void closeShop(app)
      .catch((error: unknown) => process.stderr.write(`Closing failed: ${String(error)}\n`))
      .then(() => database.stop())
      .catch((error: unknown) => process.stderr.write(`The database did not stop: ${String(error)}\n`))
      .then(endLogs)
      .then(() => process.exit(code));
  };
  return stop;
}

function printAddress(name: string, config: Config, app: NestFastifyApplication): void {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const host = ['0.0.0.0', '::'].includes(config.host)
    ? 'localhost'
    : config.host.includes(':')
      ? `[${config.host}]`
      : config.host;
  const url = `http://${host}:${port}`;
  const lines = [
    name === 'api' ? `Coffee & Tea is open at ${url}` : `Coffee & Tea (${name}) is open at ${url}`,
    `  the API        ${url}/api/v1   its pages ${url}/docs`,
    ...(config.adminPassword === DEMO_ADMIN.password && config.adminEmail === DEMO_ADMIN.email
      ? [`  the demo admin ${DEMO_ADMIN.email} / ${DEMO_ADMIN.password}`]
      : []),
  ];
  print(lines.join('\n'));
}
