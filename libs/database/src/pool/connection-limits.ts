import type { Config, ContextName } from '#platform/config';
import { connect, databaseUrl, poolSize } from './connection';
import { mainUrl } from './sessions';

/** The connections for leadership (1) and for tracking (2), on the main database. */
const OTHER_CONNECTIONS = 3;

const LIMIT = `
  select least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
    nullif(r.rolconnlimit, -1), nullif(d.datconnlimit, -1)) as allowed
  from pg_roles r, pg_database d where r.rolname = session_user and d.datname = current_database()`;

/**
 * Returns a sentence for each database that allows fewer connections than this process can open. With too few
 * connections, requests fail although nothing else is wrong.
 */
export async function findConnectionShortages(
  config: Pick<Config, 'databaseUrl' | 'databaseUrls'>,
  contexts: readonly ContextName[],
): Promise<string[]> {
  const needed = new Map<string, ContextName[]>();
  for (const context of contexts) {
    const url = databaseUrl(config, context);
    needed.set(url, [...(needed.get(url) ?? []), context]);
  }
  const shortages = await Promise.all(
    [...needed].map(async ([url, users]) => {
      const pools = users.reduce((sum, context) => sum + poolSize(context), 0);
      const wanted = pools + (url === mainUrl(config) ? OTHER_CONNECTIONS : 0);
      const client = await connect(url, 'start-up');
      try {
        const [{ allowed }] = (await client.query<{ allowed: number }>(LIMIT)).rows;
        return allowed < wanted
          ? [`The database of ${users.join(', ')} allows ${allowed} connections, and this process may open ${wanted}. Raise the limit of the login, of the database, or of the server (max_connections).`] // prettier-ignore
          : [];
      } finally {
        void client.end().catch(() => undefined);
      }
    }),
  );
  return shortages.flat();
}
