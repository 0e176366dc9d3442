import { parse } from 'node:path';
import type { Client } from 'pg';
import { DataSource } from 'typeorm';
import { contextNames, type Config, type ContextName } from '#platform/config';
import { connect, databaseUrl, ownerSettings } from '../pool/connection';
import { isCompatible, MissingMigrations, NewerMigrations, recordEarlier, recordedMigration } from './compatible';
import { createExtensions, createRoles, createSchema } from './create-schema';
import { admitSenders, closedTo } from './senders';
import { migrationFiles, type MigrationFile } from './migrations';
import { poolStartsWith } from '../pool/session-settings';
import { ownRuntimeRole, rememberOneRole, withRoles } from '../pool/roles';

export interface MigrationReport {
  /** How many migrations ran, per context. */
  readonly ran: Readonly<Partial<Record<ContextName, number>>>;
  /**
   * Contexts whose database does not allow creating roles. One role serves them all, so their schemas are not
   * protected from each other.
   */
  readonly withoutRoles: readonly ContextName[];
  /** Migrations of a newer build with which this one may work, by name. */
  readonly newer: Readonly<Partial<Record<ContextName, readonly string[]>>>;
}

interface Standing {
  readonly roles: boolean;
  /** The role of another context may not send messages to this one yet. */
  readonly closed: boolean;
  /** No migration has run yet. */
  readonly isNew: boolean;
  readonly pending: readonly MigrationFile[];
  /** It has run, but this build has no file for it. */
  readonly unknown: readonly Ran[];
  /** It has run, and was declared compatible later. */
  readonly unlisted: readonly MigrationFile[];
}

interface Ran {
  readonly at: number;
  readonly name: string;
  /** Whether the database lists it as compatible; undefined if there is no list yet. */
  readonly compatible?: boolean;
}

export interface MigrateOptions {
  readonly contexts?: readonly ContextName[];
  readonly folder?: string;
  /** Schemas of an earlier build are left as they are, and `MissingMigrations` is thrown. */
  readonly onlyNew?: boolean;
}

type Urls = Pick<Config, 'databaseUrl' | 'databaseUrls'>;

/**
 * Migrates every context's schema to this build, one process at a time; two queries if there is nothing to do.
 * Throws `NewerMigrations`, and runs none, if a newer build has migrated the database and this one may not work with
 * it.
 */
export async function migrate(
  config: Urls,
  { contexts = contextNames, folder, onlyNew }: MigrateOptions = {},
): Promise<MigrationReport> {
  const ran: Partial<Record<ContextName, number>> = {};
  const withoutRoles: ContextName[] = [];
  const newer: Partial<Record<ContextName, readonly string[]>> = {};
  for (const [url, living] of byUrl(config, contexts)) {
    const client = await connect(url, 'migrations');
    try {
      const standing = await look(client, living, folder);
      Object.assign(newer, acceptNewer(standing));
      if (onlyNew) await refuseEarlier(client, standing, folder);
      const behind = living.filter((context) => hasWork(standing[context]!) || !standing[context]!.roles || standing[context]!.closed);
      const poor = behind.length > 0 ? await bringUp(client, url, behind, ran, folder) : [];
      // After all migrations, because the roles of all contexts exist then.
      if (behind.length > 0 && poor.length === 0)
        for (const context of living) await withLock(client, context, () => admitSenders(client, context));
      rememberOneRole(url, poor.length > 0);
      withoutRoles.push(...poor);
    } finally {
      await client.end();
    }
  }
  return { ran, withoutRoles, newer };
}

/**
 * The migrations that have not run yet, by context. Throws like `migrate` if a newer build has migrated the
 * database.
 */
export async function pendingMigrations(
  config: Urls,
  { contexts = contextNames, folder }: MigrateOptions = {},
): Promise<Partial<Record<ContextName, readonly string[]>>> {
  const found: Partial<Record<ContextName, readonly string[]>> = {};
  for (const [url, living] of byUrl(config, contexts)) {
    const client = await connect(url, 'migrations');
    try {
      const standing = await look(client, living, folder);
      acceptNewer(standing);
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

const hasWork = ({ pending, unlisted }: Standing): boolean => pending.length > 0 || unlisted.length > 0;

function acceptNewer(
  standing: Partial<Record<ContextName, Standing>>,
): Partial<Record<ContextName, readonly string[]>> {
  const accepted: Partial<Record<ContextName, readonly string[]>> = {};
  const refused: Partial<Record<ContextName, readonly string[]>> = {};
  for (const [context, { unknown }] of Object.entries(standing) as [ContextName, Standing][]) {
    if (unknown.length === 0) continue;
    const strange = unknown.filter(({ compatible }) => !compatible);
    if (strange.length > 0) refused[context] = strange.map(({ name }) => name);
    else accepted[context] = unknown.map(({ name }) => name);
  }
  if (Object.keys(refused).length > 0) throw new NewerMigrations(refused);
  return accepted;
}

/** Another process may be running the migrations just now; they are waited for. */
async function refuseEarlier(
  client: Client,
  standing: Partial<Record<ContextName, Standing>>,
  folder?: string,
): Promise<void> {
  const missing: Partial<Record<ContextName, readonly string[]>> = {};
  for (const [context, { isNew, pending }] of Object.entries(standing) as [ContextName, Standing][]) {
    if (isNew || pending.length === 0) continue;
    await withLock(client, context, async () => {
      const left = (await look(client, [context], folder))[context]!.pending;
      if (left.length > 0) missing[context] = left.map(({ path }) => parse(path).name);
    });
  }
  if (Object.keys(missing).length > 0) throw new MissingMigrations(missing);
}

async function withLock<T>(client: Client, context: ContextName, work: () => Promise<T>): Promise<T> {
  const lock = `shop migrations ${context}`;
  await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [lock]);
  try {
    return await work();
  } finally {
    await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [lock]);
  }
}

async function look(
  client: Client,
  contexts: readonly ContextName[],
  folder?: string,
): Promise<Partial<Record<ContextName, Standing>>> {
  const { rows } = await client.query<{ context: ContextName; roles: boolean; closed: boolean; known: boolean; lists: boolean }>(
    `select context, exists (select from pg_roles where rolname = 'shop_' || context
                      and pg_has_role(current_user, oid, 'member')) as roles,
            ${closedTo('context', '$2')} as closed,
            to_regclass(format('%I.migrations', context)) is not null as known,
            to_regclass(format('%I.compatible_migrations', context)) is not null as lists
       from unnest($1::text[]) as context`,
    [contexts, contextNames],
  );
  const asked = rows.filter(({ known }) => known);
  const done = new Map<ContextName, Ran[]>();
  if (asked.length > 0) {
    const each = asked.map(
      ({ context, lists }) =>
        `select '${context}' as context, "timestamp" as at, name, ${
          lists ? `exists (select from ${context}.compatible_migrations c where c."timestamp" = m."timestamp")` : 'null'
        } as compatible from ${context}.migrations m`,
    );
    const found = await client.query<Ran & { context: ContextName }>(each.join(' union all '));
    for (const { context, at, name, compatible } of found.rows)
      done.set(context, [...(done.get(context) ?? []), { at: Number(at), name, compatible }]);
  }
  return Object.fromEntries(
    rows.map(({ context, roles, closed }) => {
      const files = migrationFiles(context, folder);
      const ran = done.get(context) ?? [];
      const pending = files.filter(({ timestamp }) => !ran.some(({ at }) => at === timestamp));
      const unknown = ran.filter(({ at }) => !files.some(({ timestamp }) => at === timestamp));
      const unlisted = files.filter(
        (file) => ran.some(({ at, compatible }) => at === file.timestamp && compatible === false) && isCompatible(file),
      );
      return [context, { roles, closed, isNew: ran.length === 0, pending, unknown, unlisted }];
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
  for (const context of contexts)
    await withLock(client, context, async () => {
      const oneRole = !(await createRoles(client, context));
      rememberOneRole(url, oneRole);
      await createSchema(client, context, oneRole);
      if (oneRole) poor.push(context);
      const standing = (await look(client, [context], folder))[context]!; // another process may have been first
      const count = hasWork(standing) ? await run(url, context, oneRole, folder) : 0;
      if (count > 0) ran[context] = count;
    });
  return poor;
}

async function run(url: string, context: ContextName, oneRole: boolean, folder?: string): Promise<number> {
  const files = migrationFiles(context, folder);
  const source = new DataSource({
    type: 'postgres',
    url,
    schema: context,
    applicationName: `shop migrations ${context}`,
    poolSize: 1,
    extra: poolStartsWith(url, ownerSettings(url, context)),
    migrations: files.map(recordedMigration),
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    installExtensions: false,
  });
  return withRoles(oneRole, async () => {
    await source.initialize();
    try {
      const done = await source.runMigrations();
      await recordEarlier((sql, values) => source.query(sql, values), files);
      if (!oneRole) await source.query(`revoke insert, update, delete on migrations from ${ownRuntimeRole(context)}`);
      return done.length;
    } finally {
      await source.destroy();
    }
  });
}
