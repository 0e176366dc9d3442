import type { Client } from 'pg';
import { DataSource } from 'typeorm';
import { contextNames, type Config, type ContextName } from '#platform/config';
import { connect, databaseUrl, ownerOptions } from './connection';
import { createExtensions, createRoles, createSchema } from './house';
import { migrationClass, migrationFiles, type MigrationFile } from './migrations';
import { ownRuntimeRole, rememberOneRole, withRoles } from './roles';

export interface MigrationReport {
  /** How many migrations ran, per context. */
  readonly ran: Readonly<Partial<Record<ContextName, number>>>;
  /** Contexts whose database lets no roles be created: there one role serves all, and schemas are not guarded. */
  readonly withoutRoles: readonly ContextName[];
}

interface Standing {
  readonly roles: boolean;
  readonly pending: readonly MigrationFile[];
}

export interface MigrateOptions {
  readonly contexts?: readonly ContextName[];
  readonly folder?: string;
}

type Urls = Pick<Config, 'databaseUrl' | 'databaseUrls'>;

/** Brings every context's schema up to this build, one process at a time; two questions when there is nothing to do. */
export async function migrate(
  config: Urls,
  { contexts = contextNames, folder }: MigrateOptions = {},
): Promise<MigrationReport> {
  const ran: Partial<Record<ContextName, number>> = {};
  const withoutRoles: ContextName[] = [];
  for (const [url, living] of byUrl(config, contexts)) {
    const client = await connect(url, 'migrations');
    try {
      const standing = await look(client, living, folder);
      const behind = living.filter((context) => standing[context]!.pending.length > 0 || !standing[context]!.roles);
      const poor = behind.length > 0 ? await bringUp(client, url, behind, ran, folder) : [];
      rememberOneRole(url, poor.length > 0);
      withoutRoles.push(...poor);
    } finally {
      await client.end();
    }
  }
  return { ran, withoutRoles };
}

/** Which migrations are still to run, per context. */
export async function pendingMigrations(
  config: Urls,
  { contexts = contextNames, folder }: MigrateOptions = {},
): Promise<Partial<Record<ContextName, readonly string[]>>> {
  const found: Partial<Record<ContextName, readonly string[]>> = {};
  for (const [url, living] of byUrl(config, contexts)) {
    const client = await connect(url, 'migrations');
    try {
      const standing = await look(client, living, folder);
      for (const context of living) {
        const { pending } = standing[context]!;
        if (pending.length > 0) found[context] = pending.map(({ path }) => path);
      }
    } finally {
      await client.end();
    }
  }
  return found;
}

function byUrl(config: Urls, contexts: readonly ContextName[]): Map<string, ContextName[]> {
  const urls = new Map<string, ContextName[]>();
  for (const context of contexts) {
    const url = databaseUrl(config, context);
    urls.set(url, [...(urls.get(url) ?? []), context]);
  }
  return urls;
}

async function look(
  client: Client,
  contexts: readonly ContextName[],
  folder?: string,
): Promise<Partial<Record<ContextName, Standing>>> {
  const { rows } = await client.query<{ context: ContextName; roles: boolean; known: boolean }>(
    `select context, exists (select from pg_roles where rolname = 'shop_' || context
                      and pg_has_role(current_user, oid, 'member')) as roles,
            to_regclass(format('%I.migrations', context)) is not null as known
       from unnest($1::text[]) as context`,
    [contexts],
  );
  const asked = rows.filter(({ known }) => known);
  const done = new Map<ContextName, Set<number>>();
  if (asked.length > 0) {
    const each = asked.map(
      ({ context }) => `select '${context}' as context, "timestamp" as at from ${context}.migrations`,
    );
    const found = await client.query<{ context: ContextName; at: number }>(each.join(' union all '));
    for (const { context, at } of found.rows) done.set(context, (done.get(context) ?? new Set()).add(Number(at)));
  }
  return Object.fromEntries(
    rows.map(({ context, roles }) => {
      const files = migrationFiles(context, folder);
      const ran = done.get(context) ?? new Set<number>();
      const pending = files.filter(({ timestamp }) => !ran.has(timestamp));
      return [context, { roles, pending }];
    }),
  );
}

async function bringUp(
  client: Client,
  url: string,
  contexts: readonly ContextName[],
  ran: Partial<Record<ContextName, number>>,
  folder?: string,
): Promise<ContextName[]> {
  const poor: ContextName[] = [];
  await createExtensions(client);
  for (const context of contexts) {
    const lock = `shop migrations ${context}`;
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [lock]);
    try {
      const oneRole = !(await createRoles(client, context));
      rememberOneRole(url, oneRole);
      await createSchema(client, context, oneRole);
      if (oneRole) poor.push(context);
      const { pending } = (await look(client, [context], folder))[context]!; // another process may have been first
      if (pending.length > 0) ran[context] = await run(url, context, oneRole, folder);
    } finally {
      await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [lock]);
    }
  }
  return poor;
}

async function run(url: string, context: ContextName, oneRole: boolean, folder?: string): Promise<number> {
  const source = new DataSource({
    type: 'postgres',
    url,
    schema: context,
    applicationName: `shop migrations ${context}`,
    poolSize: 1,
    extra: { options: ownerOptions(url, context) },
    migrations: migrationFiles(context, folder).map(migrationClass),
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    installExtensions: false,
  });
  return withRoles(oneRole, async () => {
    await source.initialize();
    try {
      const done = await source.runMigrations();
      if (!oneRole) await source.query(`revoke insert, update, delete on migrations from ${ownRuntimeRole(context)}`);
      return done.length;
    } finally {
      await source.destroy();
    }
  });
}
