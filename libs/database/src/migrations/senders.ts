import type { Client } from 'pg';
import { contextNames, type ContextName } from '#platform/config';
import { ignoreErrors, NOT_ALLOWED } from './create-schema';

/** The function that other contexts call in their statements, to hand messages over to this context. */
const TAKE = 'take_v1(text[], jsonb, int)';

const senders = (context: string, among: string) => `
  select r.rolname from pg_roles r
  where r.rolname = any(array(select 'shop_' || c from unnest(${among}::text[]) c))
    and not (has_schema_privilege(r.oid, to_regnamespace(${context}), 'usage')
      and has_function_privilege(r.oid, to_regprocedure(${context} || '.${TAKE}'), 'execute'))`;

/**
 * SQL: true if the context takes messages, and the role of another context is not allowed yet to send messages to it.
 */
export const closedTo = (context: string, among: string) =>
  `to_regprocedure(${context} || '.${TAKE}') is not null and exists (${senders(context, among)})`;

/**
 * Lets the roles of all contexts send messages to this context. The roles can call one function, and cannot read
 * anything.
 */
export async function admitSenders(client: Client, context: ContextName): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>(
    `select s.rolname from (${senders('$1', '$2')}) s where to_regprocedure($1 || '.${TAKE}') is not null`,
    [context, contextNames],
  );
  if (rows.length === 0) return;
  const roles = rows.map(({ rolname }) => rolname).join(', ');
  // It is no error if this login is not allowed to grant rights: then the relay delivers the messages.
  await ignoreErrors(
    [NOT_ALLOWED],
    client.query(`
      grant usage on schema ${context} to ${roles};
      grant execute on function ${context}.${TAKE} to ${roles}`),
  );
}
