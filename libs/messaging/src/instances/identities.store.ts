import { statement, type Database } from '#database';
import { isLiving } from './is-living';
import type { OtherProcess } from './databases-differ';

const ASK = statement(
  'context-identity',
  `select (select id from context_identity) as identity,
          coalesce((select jsonb_agg(jsonb_build_object('number', number, 'databases', databases) order by started_at)
                    from instances where ${isLiving} and id <> $1), '[]') as neighbours`,
);

/** Returns the identity of this database, and the database identities that other living processes have registered. */
export async function readIdentity(
  db: Database,
  self: string,
): Promise<{ identity: string; neighbours: readonly OtherProcess[] }> {
  const [row] = await db.query<{ identity: string; neighbours: OtherProcess[] }>(ASK, [self]);
  return row;
}
