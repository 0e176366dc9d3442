import type { LoggerService } from '@nestjs/common';
import { WinstonModule } from 'nest-winston';
import { join } from 'node:path';
import { createLogger, format, transports, type Logger } from 'winston';
import { ambient } from './ambient';
import { ElasticsearchLogs } from './elasticsearch-logs';
import { redact } from './redact';

export interface LogSettings {
  readonly logLevel: string;
  readonly logDir: string;
  readonly elasticsearchUrl?: string | undefined;
  readonly stdout?: boolean;
}

const traceIdOf = (traceparent: string) => traceparent.split('-')[1];

/** Adds what is known of the request, and takes out what a log must not know. */
const shaped = format((info) => {
  const context = ambient();
  const { level, message, timestamp, ...rest } = info;
  const clean = redact(rest) as Record<string, unknown>;
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

const FILE = { maxsize: 50 * 1024 * 1024, maxFiles: 5, tailable: true } as const;

/** JSON lines on stdout, in `combined.log` and (errors) `error.log`, and in Elasticsearch where there is one. */
export function shopLogger({ logLevel, logDir, elasticsearchUrl, stdout = true }: LogSettings): Logger {
  const silent = logLevel === 'silent';
  return createLogger({
    level: silent ? 'error' : logLevel,
    silent,
    levels: { fatal: 0, error: 1, warn: 2, info: 3, http: 4, verbose: 5, debug: 6, silly: 7 },
    format: format.combine(shaped(), format.json()),
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

/** What Nest says of itself at start: a line for every module and every route. */
const CHATTER = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory', 'NestApplication', 'WebSocketsController']); // prettier-ignore

/** Whether a line of this level would be written anywhere. */
const wouldTell = (logger: Logger, level: string): boolean => !logger.silent && logger.isLevelEnabled(level);

export function asNestLogger(logger: Logger): LoggerService {
  const nest = WinstonModule.createLogger({ instance: logger });
  // winston dresses a line before it asks whether anyone wants it
  for (const level of ['warn', 'debug', 'verbose'] as const)
    if (!wouldTell(logger, level)) nest[level] = () => undefined;
  const tellsInfo = wouldTell(logger, 'info');
  const log = nest.log.bind(nest);
  nest.log = (message: unknown, context?: string, ...more: unknown[]) => {
    if (tellsInfo && !CHATTER.has(context ?? '')) log(message, context, ...more);
  };
  const error = nest.error.bind(nest);
  nest.error = (message: unknown, ...more: unknown[]) => {
    if (more.at(-1) !== 'ExceptionHandler') error(message, ...more); // start-up failed: whoever started it says so
  };
  return nest;
}

/** Ends the log once its last lines are written, or after half a second. */
export async function endLog(logger: Logger): Promise<void> {
  await Promise.race([
    new Promise<void>((done) => logger.once('finish', done).end()),
    new Promise((done) => setTimeout(done, 500).unref()),
  ]);
}
