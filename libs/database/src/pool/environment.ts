/**
 * Faults of the environment, not of the code: no connection (08, 53, 57), a server that only reads (25006), a lock
 * that could not be had (55P03), a deadlock, a table, column or right that is missing at the moment, a full disk.
 */
const SQLSTATE =
  /^(?:08\w{3}|53\w{3}|57\w{3}|58\w{3}|55000|55P03|25006|25P03|28\w{3}|3D000|40001|40P01|42P01|42501|42703|3F000)$/;

/** The same without faults of a release: a missing table, column or right. */
const AWAY = /^(?:08\w{3}|53\w{3}|57\w{3}|58\w{3}|55P03|25006|25P03|28\w{3}|3D000|40001|40P01)$/;

const SYSTEM =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|ENOENT|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EMFILE|ENFILE)$/;

/** The same by the driver's messages, which have no code. */
const WORDS =
  /^timeout exceeded when trying to connect$|^timeout expired$|^Query read timeout$|^Connection terminated|^Client has encountered a connection error|^Cannot use a pool after calling end/;

const DEEPEST = 5;

/** Checks an error and what it wraps: its cause, TypeORM's `driverError`, or each of several errors. */
function anyOf(error: unknown, fits: (one: Record<string, unknown>, depth: number) => boolean, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > DEEPEST) return false;
  const one = error as Record<string, unknown>;
  const { errors, cause, driverError } = one;
  if (fits(one, depth)) return true;
  if (Array.isArray(errors) && errors.length > 0 && errors.every((each) => anyOf(each, fits, depth + 1))) return true;
  return anyOf(driverError, fits, depth + 1) || anyOf(cause, fits, depth + 1);
}

const hasWords = ({ code, message }: Record<string, unknown>): boolean =>
  code === undefined && typeof message === 'string' && WORDS.test(message);

/** True if a later attempt may succeed without a change of the code. */
export const isEnvironmental = (error: unknown): boolean =>
  anyOf(
    error,
    (one) =>
      one['environmental'] === true ||
      hasWords(one) ||
      (typeof one['code'] === 'string' && (SQLSTATE.test(one['code']) || SYSTEM.test(one['code']))),
  );

const ofTheDatabase = new WeakSet<object>();

/** Marks an error of a database connection, because a broken socket does not say what it belongs to. */
export function fromTheDatabase(error: unknown): void {
  if (typeof error === 'object' && error !== null) ofTheDatabase.add(error);
}

/** Postgres closes a connection with this error, or does not open one. */
const isFatal = ({ severity }: Record<string, unknown>): boolean => severity === 'FATAL' || severity === 'PANIC';

/** A socket of the database, as far as we know: the driver marks opening errors, and we mark the others. */
const isSocket = (one: Record<string, unknown>): boolean =>
  typeof one['code'] === 'string' &&
  SYSTEM.test(one['code']) &&
  (one['syscall'] === 'connect' || one['syscall'] === 'getaddrinfo' || ofTheDatabase.has(one));

/**
 * True if the database cannot serve now: there is no connection, it only reads, it is full, somebody else holds a
 * lock, or it takes too long. Narrower than `isEnvironmental`: faults that need a new release are not included.
 */
export const isAway = (error: unknown): boolean =>
  anyOf(error, (one) => {
    const { code, severity } = one;
    if (isFatal(one) || hasWords(one) || isSocket(one)) return true;
    if (code === '55000') return severity !== 'ERROR'; // as an ERROR it is a statement that may not be run so
    return typeof code === 'string' && AWAY.test(code);
  });

/** A lock that somebody else holds, so a repetition soon makes sense. */
export const isLocked = (error: unknown): boolean => anyOf(error, ({ code }) => code === '55P03');

/** The database is there and refuses us: a wrong password, or an unknown role or database. */
export const isRefusal = (error: unknown): boolean =>
  anyOf(error, ({ code }) => typeof code === 'string' && /^(?:28\w{3}|3D000)$/.test(code));
