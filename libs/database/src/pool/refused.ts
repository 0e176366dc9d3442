/** SQLSTATE of a wrong password or role, and of a database that is not there. */
const REFUSALS = /^(?:28\w{3}|3D000)$/;

/** The database is there and refuses this process. The message names the variable with its address. */
export class DatabaseRefused extends Error {
  constructor(variable: string, cause: Error) {
    super(`The database at ${variable} refuses us (${cause.message}): check ${variable}`, { cause });
    this.name = 'DatabaseRefused';
  }
}

/** The same error, or one that names the variable if the database refuses us. */
export function refusedAt(variable: string, error: Error): Error {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && REFUSALS.test(code) ? new DatabaseRefused(variable, error) : error;
}
