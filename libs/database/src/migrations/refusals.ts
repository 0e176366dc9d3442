import type { ContextName } from '#platform/config';

/**
 * The login is not allowed to use the schemas, or to create a missing schema. Either the address is wrong, or the login
 * does not have the roles.
 */
export class SchemaRefused extends Error {
  constructor(contexts: readonly ContextName[], setting: string, cause: Error) {
    const roles = contexts.map((context) => `shop_${context}, shop_${context}_owner`).join(', ');
    const shared =
      contexts.length > 1
        ? ` (if each context should have a login of its own: the settings of these contexts name the same one)`
        : '';
    super(
      `The login at ${setting} may not use or create the schema of ${contexts.join(', ')} (${cause.message}): check ` +
        `${setting}, and that the login has the roles ${roles}${shared}; if the database is new, first run ` +
        '"npm run shop -- migrate" with a login that may create schemas and roles',
      { cause },
    );
    this.name = 'SchemaRefused';
  }
}

/** The tables belong to another role, so the migrations and the running context cannot use them. */
export class TablesOfOtherRole extends Error {
  constructor(contexts: readonly ContextName[]) {
    super(
      `The tables of ${contexts.join(', ')} do not belong to the roles shop_<context>_owner. This happens if a backup ` +
        'is restored on a server that does not have these roles yet. They exist now: restore the backup again, into ' +
        'empty databases (docs/deploying.md, "Everything restored on a new server")',
    );
    this.name = 'TablesOfOtherRole';
  }
}
