import { contextNames, type Config, type ContextName } from '#platform/config';
import { connect, databaseUrl } from './connection';
import { hasOneRole, ownerRole, ownRuntimeRole } from './roles';

/** The contexts that a login serves, and the other contexts whose roles it can take. */
export interface SharedLogin {
  readonly contexts: readonly ContextName[];
  readonly others: readonly ContextName[];
}

/**
 * Finds the logins that can take roles of several contexts. If a login can do this, the roles protect only against
 * mistakes: an attacker who can send SQL as this login can read and write the data of all these contexts.
 */
export async function findSharedLogins(
  config: Pick<Config, 'databaseUrl' | 'databaseUrls'>,
  contexts: readonly ContextName[],
): Promise<readonly SharedLogin[]> {
  const served = new Map<string, ContextName[]>();
  for (const context of contexts) {
    const url = databaseUrl(config, context);
    // a database with one role for all contexts is reported elsewhere
    if (!hasOneRole(url)) served.set(url, [...(served.get(url) ?? []), context]);
  }
  const found: SharedLogin[] = [];
  for (const [url, own] of served) {
    const others = await otherContextsOf(url, own);
    if (others.length > 0 || own.length > 1) found.push({ contexts: own, others });
  }
  return found;
}

async function otherContextsOf(url: string, own: readonly ContextName[]): Promise<ContextName[]> {
  const client = await connect(url, 'roles');
  try {
    const otherContexts = contextNames.filter((context) => !own.includes(context));
    const names = otherContexts.flatMap((context) => [ownerRole(context), ownRuntimeRole(context)]);
    const { rows } = await client.query<{ name: string }>(
      `select rolname as name from pg_roles
       where rolname = any($1::text[]) and pg_has_role(session_user, oid, 'member')`,
      [names],
    );
    const roles = new Set(rows.map(({ name }) => name));
    return otherContexts.filter((context) => roles.has(ownerRole(context)) || roles.has(ownRuntimeRole(context)));
  } finally {
    await client.end();
  }
}
