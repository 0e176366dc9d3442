import { SqlState } from './sql-states';

/**
 * Faults of the environment, not of the code: no connection (08, 53, 57), a read-only server (25006), a lock that could
 * not be acquired (55P03), a deadlock, a full disk, or a table, column or right that is missing at the moment.
 */
const SQLSTATE =
  /^(?:08\w{3}|53\w{3}|57\w{3}|58\w{3}|55000|55P03|25006|25P03|28\w{3}|3D000|40001|40P01|42P01|42501|42703|3F000)$/;

/**
 * Like `SQLSTATE`, but without the faults that only a new release repairs: a missing table, column, schema or right.
 */
const AWAY = /^(?:08\w{3}|53\w{3}|57\w{3}|58\w{3}|55P03|25006|25P03|28\w{3}|3D000|40001|40P01)$/;

const SYSTEM =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|ENOENT|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EMFILE|ENFILE)$/;

/** The driver raises some errors without a code. These are recognised by their text. */
const DRIVER_MESSAGES =
  /^timeout exceeded when trying to connect$|^timeout expired$|^Query read timeout$|^Connection terminated|^Client has encountered a connection error|^Cannot use a pool after calling end/;

const DEEPEST = 5;

/**
 * Checks an error and the errors inside it: its cause, TypeORM's `driverError`, and the errors of an AggregateError,
 * which must all match.
 */
function hasAny(error: unknown, check: (one: Record<string, unknown>, depth: number) => boolean, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > DEEPEST) return false;
  const one = error as Record<string, unknown>;
  const { errors, cause, driverError } = one;
  if (check(one, depth)) return true;
  if (Array.isArray(errors) && errors.length > 0 && errors.every((each) => hasAny(each, check, depth + 1))) return true;
  return hasAny(driverError, check, depth + 1) || hasAny(cause, check, depth + 1);
}

const isDriverMessage = ({ code, message }: Record<string, unknown>): boolean =>
  code === undefined && typeof message === 'string' && DRIVER_MESSAGES.test(message);

/** True if a later attempt can succeed without a change of the code. */
export const isEnvironmental = (error: unknown): boolean =>
  hasAny(
    error,
    (one) =>
      one['environmental'] === true ||
      isDriverMessage(one) ||
      (typeof one['code'] === 'string' && (SQLSTATE.test(one['code']) || SYSTEM.test(one['code']))),
  );

const databaseErrors = new WeakSet<object>();

/**
 * Marks the error of a database connection, because a socket error does not say to which server the socket belonged.
 */
export function markAsDatabaseError(error: unknown): void {
  if (typeof error === 'object' && error !== null) databaseErrors.add(error);
}

/** True for an error with which Postgres closes a connection, or refuses to open one. */
const isFatal = ({ severity }: Record<string, unknown>): boolean => severity === 'FATAL' || severity === 'PANIC';

/**
 * A socket error of a database connection. An error while the connection is opened has a `syscall`. A later error was
 * marked.
 */
const isSocketError = (one: Record<string, unknown>): boolean =>
  typeof one['code'] === 'string' &&
  SYSTEM.test(one['code']) &&
  (one['syscall'] === 'connect' || one['syscall'] === 'getaddrinfo' || databaseErrors.has(one));

/**
 * True if the database cannot serve now: there is no connection, the database is read-only or full, another transaction
 * holds a lock, or the answer takes too long. Unlike `isEnvironmental`, this function is false for faults that need a
 * new release.
 */
export const isUnreachable = (error: unknown): boolean =>
  hasAny(error, (one) => {
    const { code, severity } = one;
    if (isFatal(one) || isDriverMessage(one) || isSocketError(one)) return true;
    if (code === '55000') return severity !== 'ERROR'; // with severity ERROR, the statement itself is wrong
    return typeof code === 'string' && AWAY.test(code);
  });

/** True if another transaction holds the lock. A retry after a short time can succeed. */
export const isLocked = (error: unknown): boolean => hasAny(error, ({ code }) => code === SqlState.lockNotAvailable);

/** True if the database answers but refuses the login: a wrong password, or an unknown role or database. */
export const isRefusal = (error: unknown): boolean =>
  hasAny(error, ({ code }) => typeof code === 'string' && /^(?:28\w{3}|3D000)$/.test(code));
