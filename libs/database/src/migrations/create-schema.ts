import type { Client } from 'pg';
import type { ContextName } from '#platform/config';
import { ownerRole, ownRuntimeRole } from '../pool/roles';

/** The code of the error when a login lacks a privilege. */
export const NOT_ALLOWED = '42501';
const ALREADY_EXISTS = ['42710', '23505', '42P06']; // another process created the role or schema after our check

/** False if the work failed with one of these codes. */
export async function ignoreErrors(codes: readonly string[], work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    (error: { code?: string }) => {
      if (codes.includes(error.code ?? '')) return false;
      throw error;
    },
  );
}

/**
 * Creates the two roles of a context. False if a role is missing or not granted to this login, and the login is not
 * allowed to create or grant it.
 */
export async function createRoles(client: Client, context: ContextName): Promise<boolean> {
  for (const role of [ownerRole(context), ownRuntimeRole(context)]) {
    const { rows } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
    try {
      if (rows.length === 0) await ignoreErrors(ALREADY_EXISTS, client.query(`create role ${role} nologin`));
      await client.query(`grant ${role} to current_user`);
    } catch (error) {
      if ((error as { code?: string }).code !== NOT_ALLOWED) throw error;
      if (!(await isMember(client, role))) return false;
    }
  }
  return true;
}

/** True if this login is allowed to use the role, because somebody granted the role to it. */
async function isMember(client: Client, role: string): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_roles where rolname = $1 and pg_has_role(current_user, oid, 'member')`,
    [role],
  );
  return rows.length > 0;
}

/**
 * Creates the context's schema. The owner role owns the schema. The runtime role is only allowed to read and write
 * rows.
 */
export async function createSchema(client: Client, context: ContextName, oneRole: boolean): Promise<void> {
  // `create schema` needs the right to create schemas, even if the schema exists. A context's own login does not have
  // this right.
  const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [context]);
  const owned = oneRole ? '' : `authorization ${ownerRole(context)}`;
  if (rowCount === 0) await ignoreErrors(ALREADY_EXISTS, client.query(`create schema ${context} ${owned}`));
  if (oneRole) return;
  const [owner, runtime] = [ownerRole(context), ownRuntimeRole(context)];
  const defaults = `alter default privileges for role ${owner} in schema ${context} grant`;
  await client.query(`grant usage on schema ${context} to ${runtime}`);
  await client.query(`${defaults} select, insert, update, delete on tables to ${runtime}`);
  await client.query(`${defaults} usage, select on sequences to ${runtime}`);
}

/** Creates the extensions that all contexts share. Skips an extension that this login or this server cannot create. */
export async function createExtensions(client: Client): Promise<void> {
  const createTrigrams = `create extension if not exists pg_trgm with schema public`;
  await ignoreErrors([NOT_ALLOWED, ...ALREADY_EXISTS, '58P01', '0A000'], client.query(createTrigrams));
}
