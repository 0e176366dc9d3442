/** SQLSTATE of a wrong password or role, and of a database that does not exist. */
const REFUSALS = /^(?:28\w{3}|3D000)$/;

/** The database answers but refuses the login. The message names the variable that has the address. */
export class DatabaseRefused extends Error {
  constructor(variable: string, cause: Error) {
    super(`The database at ${variable} refuses us (${cause.message}): check ${variable}`, { cause });
    this.name = 'DatabaseRefused';
  }
}

/** Turns a refused login into an error that names the variable. Returns all other errors unchanged. */
export function asRefusal(variable: string, error: Error): Error {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && REFUSALS.test(code) ? new DatabaseRefused(variable, error) : error;
}
