import { isNativeError } from 'node:util/types';
import { ConfigError, DamagedSecrets, UnusableFolder, type Config } from '#platform/config';
import {
  DatabaseUnreachable,
  DatabaseRefused,
  DataFolderInUse,
  EmbeddedPostgresUnusable,
  NewerMigrations,
  SchemaRefused,
  TablesOfOtherRole,
  UnusableSessions,
} from '#database';
import { HistoryLost, WrongKey } from '#event-store';
import { ReducerMissing } from '#event-store/projections';
import { DatabasesDiffer } from '#messaging';
import { DefinitionMissing } from '#messaging/sagas';
import { UnusableErasedList, WrongPersonalDataKey } from '#platform/privacy';
import { UnusableSealAnchor } from '#platform/system';
import { SeedRefused } from './seeder';

const AWAY = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN', 'EHOSTUNREACH']);

/** Errors whose message says what is wrong and what to do. */
const SELF_EXPLANATORY = [
  ConfigError,
  DamagedSecrets,
  DatabaseUnreachable,
  DatabaseRefused,
  DatabasesDiffer,
  DataFolderInUse,
  DefinitionMissing,
  EmbeddedPostgresUnusable,
  HistoryLost,
  NewerMigrations,
  ReducerMissing,
  SchemaRefused,
  SeedRefused,
  TablesOfOtherRole,
  UnusableErasedList,
  UnusableFolder,
  UnusableSealAnchor,
  UnusableSessions,
  WrongKey,
  WrongPersonalDataKey,
];

interface SystemError extends Error {
  readonly code?: string;
  readonly port?: number;
  readonly address?: string;
  readonly hostname?: string;
}

/** The settings of the host and the ports on which the shop listens. */
type ListenSettings = Pick<Config, 'host' | 'port' | 'metricsPort'>;

/** Says in one line why the shop cannot start. Only for an unknown error, the stack is shown too. */
export function startUpError(error: unknown, listenSettings?: ListenSettings): string {
  if (SELF_EXPLANATORY.some((kind) => error instanceof kind)) return (error as Error).message;
  if (!isNativeError(error)) return `The shop cannot start: ${String(error)}`;
  const fault = firstErrorIn(error);
  const { code, message, stack } = fault;
  const notListening = listeningError(fault, listenSettings);
  if (notListening !== undefined) return notListening;
  if (code && AWAY.has(code))
    return `A service that the shop needs does not answer (${message}): check that it is running, and that its URL is right`;
  if (code === '28P01' || code === '28000' || code === '3D000')
    return `The database refuses the login (${message}): check DATABASE_URL`;
  return `The shop cannot start: ${stack ?? message}`;
}

/** Says why the shop cannot listen on its port. Returns undefined if the error has another cause. */
function listeningError(
  { code, port, address, hostname }: SystemError,
  listenSettings?: ListenSettings,
): string | undefined {
  const setting = port !== undefined && port === listenSettings?.metricsPort ? 'METRICS_PORT' : 'PORT';
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${address} is in use: stop the program that uses it, or set another ${setting}`;
  if (code === 'EACCES' && port !== undefined)
    return `Port ${port} may not be used by this account: set another ${setting}`;
  const isNoAddress = code === 'EADDRNOTAVAIL' || (hostname !== undefined && hostname === listenSettings?.host);
  if (!isNoAddress) return undefined;
  return `HOST ${listenSettings?.host ?? address} is not an address of this machine: set an address of this machine, or 0.0.0.0 for all of its addresses`;
}

/** `localhost` has an IPv4 and an IPv6 address. If both fail, Node reports the two errors in one AggregateError. */
const firstErrorIn = (error: Error): SystemError =>
  error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
