import type { LoggerService } from '@nestjs/common';
import { WinstonModule } from 'nest-winston';
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger, format, transports, type Logger } from 'winston';
import { inFolderOf } from '#platform/config';
import { currentRequest } from './request-context';
import { ElasticsearchLogs } from './elasticsearch-logs';
import { redact } from './redact';
import { RepetitionLimit } from './repetition-limit';
import { traceIdOf } from './trace';

export interface LogSettings {
  readonly logLevel: string;
  readonly logDir: string;
  readonly elasticsearchUrl?: string | undefined;
  readonly stdout?: boolean;
}

/** Adds the ids of the running request to a log line, and removes secrets and personal data. */
const withContext = format((info) => {
  const context = currentRequest();
  const { level, message, timestamp, stack, ...rest } = info;
  const trace = Array.isArray(stack) && !stack.some(Boolean) ? undefined : stack; // nest-winston sends an empty list
  const clean = redact(trace === undefined ? rest : { ...rest, stack: trace }) as Record<string, unknown>;
  return {
    timestamp: typeof timestamp === 'string' ? timestamp : new Date().toISOString(),
    level,
    service: 'coffee-tea-api',
    message: typeof message === 'string' ? redact(message) : redact(message),
    ...(context && { requestId: context.requestId, traceId: traceIdOf(context.traceparent) }),
    ...(context?.userId && { userId: context.userId }),
    ...clean,
    [Symbol.for('level')]: level,
  };
});

const LIMITED_LEVELS = new Set(['fatal', 'error', 'warn']);

/** Leaves out repeated warnings and errors, so that an outage does not fill the disk. */
const withoutRepetitions = () => {
  const limit = new RepetitionLimit();
  return format((info) => {
    if (!LIMITED_LEVELS.has(info.level)) return info;
    const { level, context, message, stack, error } = info;
    const why = error instanceof Error ? error.message : Array.isArray(stack) ? (stack as unknown[])[0] : stack;
    const leftOut = limit.countAndLimit([level, context, textOf(message), textOf(why)].join(' '));
    if (leftOut === undefined) return false;
    return leftOut === 0 ? info : Object.assign(info, { leftOut });
  })();
};

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value instanceof Error ? value.message : (JSON.stringify(value) ?? '');

const READABLE_BY_GROUP = 0o640;
const FILE = {
  options: { flags: 'a', mode: READABLE_BY_GROUP },
  maxsize: 50 * 1024 * 1024,
  maxFiles: 5,
  tailable: true,
} as const;

const FOLDER_MODE = 0o750;

/**
 * Creates the log folder. Only the account of the shop and its group have access, also to files that an older build has
 * written with access for others.
 */
function prepareFolder(logDir: string): void {
  mkdirSync(logDir, { recursive: true, mode: FOLDER_MODE });
  removeAccessOfOthers(logDir, FOLDER_MODE);
  for (const name of readdirSync(logDir))
    if (name.endsWith('.log')) removeAccessOfOthers(join(logDir, name), READABLE_BY_GROUP);
}

function removeAccessOfOthers(path: string, mode: number): void {
  const currentMode = statSync(path).mode & 0o777;
  if ((currentMode & ~mode) === 0) return;
  try {
    chmodSync(path, currentMode & mode);
  } catch {
    // The file belongs to another account, so this process cannot change its mode.
  }
}

/**
 * A logger that writes JSON lines to stdout, to `combined.log`, and to Elasticsearch if it is configured. Errors are
 * also written to `error.log`.
 */
export function shopLogger({ logLevel, logDir, elasticsearchUrl, stdout = true }: LogSettings): Logger {
  const silent = logLevel === 'silent';
  if (!silent) inFolderOf('LOG_DIR', logDir, () => prepareFolder(logDir));
  return createLogger({
    level: silent ? 'error' : logLevel,
    silent,
    levels: { fatal: 0, error: 1, warn: 2, info: 3, http: 4, verbose: 5, debug: 6, silly: 7 },
    format: format.combine(withoutRepetitions(), withContext(), format.json()),
    exitOnError: false,
    transports: silent
      ? [new transports.Console()]
      : [
          ...(stdout ? [new transports.Console()] : []),
          new transports.File({ ...FILE, filename: join(logDir, 'combined.log') }),
          new transports.File({ ...FILE, filename: join(logDir, 'error.log'), level: 'error' }),
          ...(elasticsearchUrl
            ? [new transports.Stream({ level: 'info', stream: new ElasticsearchLogs(elasticsearchUrl) })]
            : []),
        ],
  });
}

/** At the start, Nest logs a line for every module and every route, in these contexts. These lines are not logged. */
const START_UP_CONTEXTS = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory', 'NestApplication', 'WebSocketsController']); // prettier-ignore

/** Whether lines of this level are written. */
const isWritten = (logger: Logger, level: string): boolean => !logger.silent && logger.isLevelEnabled(level);

export function asNestLogger(logger: Logger): LoggerService {
  const nest = WinstonModule.createLogger({ instance: logger });
  // Winston formats a line before it checks the level. To save this time, lines of unwanted levels are dropped here.
  for (const level of ['warn', 'debug', 'verbose'] as const)
    if (!isWritten(logger, level)) nest[level] = () => undefined;
  const writesInfo = isWritten(logger, 'info');
  const log = nest.log.bind(nest);
  nest.log = (message: unknown, context?: string, ...more: unknown[]) => {
    if (writesInfo && !START_UP_CONTEXTS.has(context ?? '')) log(message, context, ...more);
  };
  const error = nest.error.bind(nest);
  nest.error = (message: unknown, ...more: unknown[]) => {
    if (more.at(-1) !== 'ExceptionHandler') error(message, ...more); // an error at the start, which the caller reports
  };
  return nest;
}

/** Ends the log. Waits until its last lines are written, but at most half a second. */
export async function endLog(logger: Logger): Promise<void> {
  await Promise.race([
    new Promise<void>((done) => logger.once('finish', done).end()),
    new Promise((done) => setTimeout(done, 500).unref()),
  ]);
}
