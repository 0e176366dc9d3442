import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { contextNames, DEMO_ADMIN, readConfig, shopContexts, type Config, type ContextName } from '#platform/config';
import { checkSessions, migrate, reachOfLogins, type MigrationReport, type Reach } from '#database';
import { asNestLogger, endLog, MetricsServer, shopLogger, ShopState } from '#platform/observability';
import { closeShop } from './closing';
import { createShop } from './create-shop';
import { LateDatabases, lateAmong } from './late-databases';
import { neighbours } from './neighbours';
import { housePostgres, type Housed } from './postgres';
import { seed } from './seed';
import { Signals } from './signals';
import { startUpError } from './start-up-error';

export interface ServeOptions {
  /** The contexts of this process; all of them by default. */
  readonly contexts?: readonly ContextName[];
  /** The port, unless PORT is set. */
  readonly port?: number;
}

const LONGEST_STOP_MS = 9_500;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Opens the shop and keeps it open until SIGTERM or SIGINT. */
export async function serve(name: string, modules: readonly Type[], options: ServeOptions = {}): Promise<void> {
  let housed: Housed | undefined;
  let told: Config | undefined;
  const signals = new Signals();
  try {
    const contexts = options.contexts ?? contextNames;
    const isService = options.contexts !== undefined;
    const elsewhere = shopContexts.filter((context) => !contexts.includes(context));
    told = readConfig(undefined, {
      ...(isService && neighbours),
      ...(options.port && { PORT: String(options.port) }),
    });
    await expectFreePort(told.port, told.host);
    await expectFreePort(told.metricsPort ?? 0, told.host);
    housed = await signals.after(housePostgres(told, contexts, isService, say));
    const { config } = housed;
    const ours = [...new Set<ContextName>([...contexts, 'privacy', 'audit'])];
    const late = lateAmong(config, ours);
    const needed = ours.filter((context) => !late.includes(context));
    await checkSessions(
      config,
      needed,
      elsewhere.filter((context) => config.databaseUrl ?? config.databaseUrls[context]),
    );
    tell(await migrate(config, { contexts: needed }));
    if (config.profile === 'production') warnOf(await reachOfLogins(config, needed));
    const latecomers = new LateDatabases(config, late, tell);
    await latecomers.prepareThoseThere();
    // services share a data folder, and log files that rotate have one writer
    const logger = shopLogger(isService ? { ...config, logDir: join(config.logDir, name) } : config);
    const app = await createShop(modules, config, { contexts, elsewhere, latecomers, logger: asNestLogger(logger) });
    const stop = stopper(app, housed, () => endLog(logger));
    signals.call(stop);
    await seed(app);
    await app.get(MetricsServer).open();
    await app.listen({ port: config.port, host: config.host });
    app.get(ShopState).open();
    process.on('uncaughtException', (error) => {
      logger.error('uncaught exception', { error });
      stop(1);
    });
    process.on('unhandledRejection', (error) => logger.error('unhandled rejection', { error }));
    greet(name, config, app);
  } catch (error) {
    if (signals.leaving) return; // the database is being stopped, so the start fails
    process.stderr.write(`${startUpError(error, told)}\n`);
    await housed?.stop().catch(() => undefined);
    process.exit(1);
  }
}

function tell({ ran, withoutRoles, newer }: MigrationReport): void {
  const count = Object.values(ran).reduce((sum, each) => sum + each, 0);
  if (count > 0) say(`${count} migrations ran`);
  if (withoutRoles.length > 0)
    say(
      `One database role serves ${withoutRoles.join(', ')}: this server does not allow creating roles, so schemas are not protected`,
    );
  for (const [context, names] of Object.entries(newer))
    say(`This build is older than the database of ${context} (${names.join(', ')}), but may work with it`);
}

function warnOf(logins: readonly Reach[]): void {
  for (const { contexts, others } of logins)
    say(
      `The login of ${contexts.join(', ')} ${others.length > 0 ? `can become the role of ${others.join(', ')}` : 'serves all of them'}: ` +
        'give each context a login of its own (DATABASE_URL_<CONTEXT>) that is a member of its roles alone',
    );
}

/** Checked before a database is started for nothing. */
async function expectFreePort(port: number, host: string): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  await new Promise<void>((free, taken) => probe.once('error', taken).listen(port, host, free));
  await new Promise((closed) => probe.close(closed));
}

/** The first signal stops the shop in order; further signals change nothing. */
function stopper(app: NestFastifyApplication, housed: Housed, endLogs: () => Promise<void>): (code: number) => void {
  let stopping = false;
  const stop = (code: number): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), LONGEST_STOP_MS).unref();
    void closeShop(app)
      .catch((error: unknown) => process.stderr.write(`Closing failed: ${String(error)}\n`))
      .then(() => housed.stop())
      .catch((error: unknown) => process.stderr.write(`The database did not stop: ${String(error)}\n`))
      .then(endLogs)
      .then(() => process.exit(code));
  };
  return stop;
}

function greet(name: string, config: Config, app: NestFastifyApplication): void {
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
  say(lines.join('\n'));
}
