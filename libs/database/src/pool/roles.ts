import type { ContextName } from '#platform/config';

const urlsWithOneRole = new Set<string>();

/** The role that owns the context's tables and runs its migrations. */
export const ownerRole = (context: ContextName) => `shop_${context}_owner`;

/** The role that the running context uses. It has only the granted rights, and only on its own schema. */
export const ownRuntimeRole = (context: ContextName) => `shop_${context}`;

/**
 * True if one role serves all contexts of the database. Some managed databases do not allow the shop to create roles.
 */
export const hasOneRole = (url: string): boolean => urlsWithOneRole.has(url);

export function rememberOneRole(url: string, oneRole: boolean): void {
  if (oneRole) urlsWithOneRole.add(url);
  else urlsWithOneRole.delete(url);
}

let migratingWithOneRole = false;

export async function runMigrationsWithRoles<T>(oneRole: boolean, work: () => Promise<T>): Promise<T> {
  migratingWithOneRole = oneRole;
  try {
    return await work();
  } finally {
    migratingWithOneRole = false;
  }
}

/**
 * For the SQL of migrations: the role whose rights a migration grants or revokes. If one role serves all contexts, this
 * is the owner of the tables. UPDATE and DELETE can be revoked from an owner too.
 */
export const runtimeRole = (context: ContextName): string =>
  migratingWithOneRole ? 'current_user' : ownRuntimeRole(context);
