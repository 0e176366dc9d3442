import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { contextNames, DEMO_ADMIN, readConfig, shopContexts, type Config, type ContextName } from '#platform/config';
import { migrate } from '#platform/database';
import { asNestLogger, endLog, shopLogger, ShopState } from '#platform/observability';
import { closeShop } from './closing';
import { createShop } from './create-shop';
import { neighbours } from './neighbours';
import { housePostgres, type Housed } from './postgres';
import { seed } from './seed';
import { startUpError } from './start-up-error';

export interface ServeOptions {
  /** The contexts that live in this process; all of them when left out. */
  readonly contexts?: readonly ContextName[];
  /** Where it listens unless PORT says otherwise. */
  readonly port?: number;
}

const LONGEST_STOP_MS = 9_500;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Opens the shop and keeps it open until SIGTERM or SIGINT. */
export async function serve(name: string, modules: readonly Type[], options: ServeOptions = {}): Promise<void> {
  let housed: Housed | undefined;
  try {
    const contexts = options.contexts ?? contextNames;
    const isService = options.contexts !== undefined;
    const elsewhere = shopContexts.filter((context) => !contexts.includes(context));
    const told = readConfig(undefined, {
      ...(isService && neighbours),
      ...(options.port && { PORT: String(options.port) }),
    });
    await expectFreePort(told);
    housed = await housePostgres(told, contexts, isService, say);
    const { config } = housed;
    const { ran, withoutRoles } = await migrate(config, {
      contexts: [...new Set<ContextName>([...contexts, 'privacy', 'audit'])],
    });
    const count = Object.values(ran).reduce((sum, each) => sum + each, 0);
    if (count > 0) say(`${count} migrations ran`);
    if (withoutRoles.length > 0)
      say(
        `One database role serves ${withoutRoles.join(', ')}: this server lets no roles be created, so schemas are not guarded`,
      );
    // services share a data folder, and files that turn over have one writer
    const logger = shopLogger(isService ? { ...config, logDir: join(config.logDir, name) } : config);
    const app = await createShop(modules, config, { contexts, elsewhere, logger: asNestLogger(logger) });
    const stop = stopper(app, housed, () => endLog(logger));
    await seed(app);
    await app.listen({ port: config.port, host: config.host });
    app.get(ShopState).open();
    process.on('uncaughtException', (error) => {
      logger.error('uncaught exception', { error });
      stop(1);
    });
    process.on('unhandledRejection', (error) => logger.error('unhandled rejection', { error }));
    greet(name, config, app);
  } catch (error) {
    process.stderr.write(`${startUpError(error)}\n`);
    await housed?.stop().catch(() => undefined);
    process.exit(1);
  }
}

/** Told before a database is started for nothing. */
async function expectFreePort({ port, host }: Config): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  await new Promise<void>((free, taken) => probe.once('error', taken).listen(port, host, free));
  await new Promise((closed) => probe.close(closed));
}

/** The first signal stops the shop in order; others that come meanwhile change nothing. */
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
  process.on('SIGTERM', () => stop(0));
  process.on('SIGINT', () => stop(0));
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
