import { ConfigError } from '#platform/config';
import { DataFolderInUse } from '#platform/database';

const AWAY = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN', 'EHOSTUNREACH']);

interface SystemError extends Error {
  readonly code?: string;
  readonly port?: number;
  readonly address?: string;
}

/** What keeps the shop from opening, in one line for whoever starts it; the stack only where we do not know better. */
export function startUpError(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DataFolderInUse) return error.message;
  if (!(error instanceof Error)) return `The shop cannot start: ${String(error)}`;
  const { code, port, address, message, stack } = firstOf(error);
  if (code === 'EADDRINUSE') return `Port ${port} on ${address} is in use: stop what listens there, or set PORT`;
  if (code === 'EACCES' && port !== undefined) return `Port ${port} may not be used by this account: set another PORT`;
  if (code && AWAY.has(code))
    return `A service the shop needs does not answer (${message}): is it running, and is its URL right?`;
  if (code === '28P01' || code === '28000' || code === '3D000')
    return `The database refuses us (${message}): check DATABASE_URL`;
  return `The shop cannot start: ${stack ?? message}`;
}

/** Connecting to `localhost` by two address families fails twice at once. */
const firstOf = (error: Error): SystemError =>
  error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
