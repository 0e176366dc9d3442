import type { ContextName } from '#platform/config';

const shared = new Set<string>();

/** The role that owns the context's tables and runs its migrations. */
export const ownerRole = (context: ContextName) => `shop_${context}_owner`;

/** The role with which the context works: it sees its own schema only, with the granted rights. */
export const ownRuntimeRole = (context: ContextName) => `shop_${context}`;

/** If roles cannot be created (some managed databases), one role serves all contexts of that database. */
export const oneRoleServes = (url: string): boolean => shared.has(url);

export function rememberOneRole(url: string, serves: boolean): void {
  if (serves) shared.add(url);
  else shared.delete(url);
}

let migratingWithOneRole = false;

export async function withRoles<T>(oneRole: boolean, work: () => Promise<T>): Promise<T> {
  migratingWithOneRole = oneRole;
  try {
    return await work();
  } finally {
    migratingWithOneRole = false;
  }
}

/**
 * For migrations: the role to grant to and revoke from, for use in SQL. If one role serves all, it is the owner
 * itself, which can lose UPDATE and DELETE too.
 */
export const runtimeRole = (context: ContextName): string =>
  migratingWithOneRole ? 'current_user' : ownRuntimeRole(context);
