import { parse } from 'node:path';
import type { Client } from 'pg';
import { DataSource } from 'typeorm';
import { contextNames, type Config, type ContextName } from '#platform/config';
import { connect, databaseSetting, databaseUrl, ownerSettings } from '../pool/connection';
import { isCompatible, MissingMigrations, NewerMigrations, recordCompatible, withRecording } from './compatible';
import { createExtensions, createRoles, createSchema, NOT_ALLOWED } from './create-schema';
import { admitSenders, closedTo } from './senders';
import { listMigrationFiles, type MigrationFile } from './migrations';
import { SchemaRefused, TablesOfOtherRole } from './refusals';
import { poolSettings } from '../pool/session-settings';
import { hasOneRole, ownRuntimeRole, rememberOneRole, runMigrationsWithRoles } from '../pool/roles';

export interface MigrationReport {
  /** How many migrations ran, per context. */
  readonly ran: Readonly<Partial<Record<ContextName, number>>>;
  /**
   * Contexts whose database does not allow creating roles. One role serves all these contexts, so their schemas are not
   * protected from each other.
   */
  readonly withoutRoles: readonly ContextName[];
  /** The names of compatible migrations of a newer build. This build can work with their result. */
  readonly newer: Readonly<Partial<Record<ContextName, readonly string[]>>>;
}

/** The migrations of one context's schema. */
interface SchemaStatus {
  /** True if the role of the context exists, and this login is allowed to use it. */
  readonly hasRoles: boolean;
  /** True if the role of another context is not allowed yet to send messages to this context. */
  readonly isClosed: boolean;
  /** True if the tables do not belong to the owner role of the context. */
  readonly isOfOtherRole: boolean;
  /** True if no migration has run yet. */
  readonly isNew: boolean;
  readonly pending: readonly MigrationFile[];
  /** Migrations that have run, but that this build does not have. */
  readonly unknown: readonly ExecutedMigration[];
  /** Migrations that have run, and were declared compatible after that. */
  readonly unlisted: readonly MigrationFile[];
}

interface ExecutedMigration {
  readonly at: number;
  readonly name: string;
  /** True if the database lists the migration as compatible. Undefined or null if there is no list yet. */
  readonly compatible?: boolean;
}

export interface MigrateOptions {
  readonly contexts?: readonly ContextName[];
  readonly folder?: string;
  /** Migrates only schemas without any migration. Throws `MissingMigrations` for a schema of an earlier build. */
  readonly onlyNew?: boolean;
}

type Urls = Pick<Config, 'databaseUrl' | 'databaseUrls'>;

/**
 * Migrates every context's schema to this build. Only one process at a time migrates a schema. If there is nothing to
 * do, this function needs two queries for each database. If a newer build has run migrations that are not compatible,
 * this function runs no migration and throws `NewerMigrations`.
 */
export async function migrate(
  config: Urls,
  { contexts = contextNames, folder, onlyNew }: MigrateOptions = {},
): Promise<MigrationReport> {
  const ran: Partial<Record<ContextName, number>> = {};
  const withoutRoles: ContextName[] = [];
  const newer: Partial<Record<ContextName, readonly string[]>> = {};
  const closedDatabases = new Set<string>();
  const ofOtherRole: ContextName[] = [];
  let hasMigrated = false;
  for (const [url, ownContexts] of contextsByUrl(config, contexts)) {
    const client = await connect(url, 'migrations');
    try {
      const statuses = await readStatus(client, ownContexts, folder).catch(asRefusal(config, ownContexts));
      Object.assign(newer, acceptNewer(statuses));
      if (onlyNew) await refuseMissing(client, statuses, folder);
      const toMigrate = ownContexts.filter((context) => hasWork(statuses[context]!) || !statuses[context]!.hasRoles);
      const withOneRole =
        toMigrate.length > 0 ? await migrateContexts(client, url, toMigrate, config, ran, folder) : [];
      if (withOneRole.length === 0)
        ofOtherRole.push(...ownContexts.filter((context) => statuses[context]!.isOfOtherRole));
      rememberOneRole(url, withOneRole.length > 0);
      withoutRoles.push(...withOneRole);
      hasMigrated ||= toMigrate.length > 0;
      if (ownContexts.some((context) => statuses[context]!.isClosed)) closedDatabases.add(url);
    } finally {
      await client.end();
    }
  }
  // Throw only after all databases are migrated, because the operator needs the roles of all contexts before the next
  // attempt.
  if (ofOtherRole.length > 0) throw new TablesOfOtherRole(ofOtherRole);
  // Do this after the migrations of all databases, because only then do the roles of all contexts exist.
  for (const [url, ownContexts] of contextsByUrl(config, contexts))
    if ((hasMigrated || closedDatabases.has(url)) && !hasOneRole(url)) await admitSendersOf(url, ownContexts);
  return { ran, withoutRoles, newer };
}

/**
 * The migrations that have not run yet, by context. Throws `NewerMigrations` like `migrate`.
 */
export async function pendingMigrations(
  config: Urls,
  { contexts = contextNames, folder }: MigrateOptions = {},
): Promise<Partial<Record<ContextName, readonly string[]>>> {
  const found: Partial<Record<ContextName, readonly string[]>> = {};
  for (const [url, ownContexts] of contextsByUrl(config, contexts)) {
    const client = await connect(url, 'migrations');
    try {
      const statuses = await readStatus(client, ownContexts, folder);
      acceptNewer(statuses);
      for (const context of ownContexts) {
        const { pending } = statuses[context]!;
        if (pending.length > 0) found[context] = pending.map(({ path }) => path);
      }
    } finally {
      await client.end();
    }
  }
  return found;
}

function contextsByUrl(config: Urls, contexts: readonly ContextName[]): Map<string, ContextName[]> {
  const urls = new Map<string, ContextName[]>();
  for (const context of contexts) {
    const url = databaseUrl(config, context);
    urls.set(url, [...(urls.get(url) ?? []), context]);
  }
  return urls;
}

const asRefusal =
  (config: Urls, contexts: readonly ContextName[]) =>
  (error: Error & { readonly code?: string }): never => {
    throw error.code === NOT_ALLOWED ? new SchemaRefused(contexts, databaseSetting(config, contexts[0]), error) : error;
  };

const hasWork = ({ pending, unlisted }: SchemaStatus): boolean => pending.length > 0 || unlisted.length > 0;

function acceptNewer(
  statuses: Partial<Record<ContextName, SchemaStatus>>,
): Partial<Record<ContextName, readonly string[]>> {
  const accepted: Partial<Record<ContextName, readonly string[]>> = {};
  const refused: Partial<Record<ContextName, readonly string[]>> = {};
  for (const [context, { unknown }] of Object.entries(statuses) as [ContextName, SchemaStatus][]) {
    if (unknown.length === 0) continue;
    const incompatible = unknown.filter(({ compatible }) => !compatible);
    if (incompatible.length > 0) refused[context] = incompatible.map(({ name }) => name);
    else accepted[context] = unknown.map(({ name }) => name);
  }
  if (Object.keys(refused).length > 0) throw new NewerMigrations(refused);
  return accepted;
}

/**
 * Throws if a schema of an earlier build lacks migrations. If another process runs these migrations at the moment, this
 * function waits.
 */
async function refuseMissing(
  client: Client,
  statuses: Partial<Record<ContextName, SchemaStatus>>,
  folder?: string,
): Promise<void> {
  const missing: Partial<Record<ContextName, readonly string[]>> = {};
  for (const [context, { isNew, pending }] of Object.entries(statuses) as [ContextName, SchemaStatus][]) {
    if (isNew || pending.length === 0) continue;
    await withLock(client, context, async () => {
      const left = (await readStatus(client, [context], folder))[context]!.pending;
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

async function readStatus(
  client: Client,
  contexts: readonly ContextName[],
  folder?: string,
): Promise<Partial<Record<ContextName, SchemaStatus>>> {
  const { rows } = await client.query<{
    context: ContextName;
    roles: boolean;
    closed: boolean;
    known: boolean;
    other: boolean | null;
    lists: boolean;
  }>(
    `select context, exists (select from pg_roles where rolname = 'shop_' || context
                      and pg_has_role(current_user, oid, 'member')) as roles,
            ${closedTo('context', '$2')} as closed,
            to_regclass(format('%I.migrations', context)) is not null as known,
            (select pg_get_userbyid(relowner) <> format('shop_%s_owner', context) from pg_class
              where oid = to_regclass(format('%I.migrations', context))) as other,
            to_regclass(format('%I.compatible_migrations', context)) is not null as lists
       from unnest($1::text[]) as context`,
    [contexts, contextNames],
  );
  const withTable = rows.filter(({ known }) => known);
  const executed = new Map<ContextName, ExecutedMigration[]>();
  if (withTable.length > 0) {
    const selects = withTable.map(
      ({ context, lists }) =>
        `select '${context}' as context, "timestamp" as at, name, ${
          lists ? `exists (select from ${context}.compatible_migrations c where c."timestamp" = m."timestamp")` : 'null'
        } as compatible from ${context}.migrations m`,
    );
    const found = await client.query<ExecutedMigration & { context: ContextName }>(selects.join(' union all '));
    for (const { context, at, name, compatible } of found.rows)
      executed.set(context, [...(executed.get(context) ?? []), { at: Number(at), name, compatible }]);
  }
  return Object.fromEntries(
    rows.map(({ context, roles, closed, other }) => {
      const files = listMigrationFiles(context, folder);
      const ran = executed.get(context) ?? [];
      const pending = files.filter(({ timestamp }) => !ran.some(({ at }) => at === timestamp));
      const unknown = ran.filter(({ at }) => !files.some(({ timestamp }) => at === timestamp));
      const unlisted = files.filter(
        (file) => ran.some(({ at, compatible }) => at === file.timestamp && compatible === false) && isCompatible(file),
      );
      const flags = { hasRoles: roles, isClosed: closed, isOfOtherRole: other === true, isNew: ran.length === 0 };
      return [context, { ...flags, pending, unknown, unlisted }];
    }),
  );
}

async function migrateContexts(
  client: Client,
  url: string,
  contexts: readonly ContextName[],
  config: Urls,
  ran: Partial<Record<ContextName, number>>,
  folder?: string,
): Promise<ContextName[]> {
  const withOneRole: ContextName[] = [];
  await createExtensions(client);
  for (const context of contexts)
    await withLock(client, context, async () => {
      const oneRole = !(await createRoles(client, context));
      rememberOneRole(url, oneRole);
      await createSchema(client, context, oneRole).catch(asRefusal(config, [context]));
      if (oneRole) withOneRole.push(context);
      const status = (await readStatus(client, [context], folder))[context]!; // another process may have migrated it
      if (!oneRole && status.isOfOtherRole) return;
      const count = hasWork(status) ? await runMigrations(url, context, oneRole, folder) : 0;
      if (count > 0) ran[context] = count;
    });
  return withOneRole;
}

async function admitSendersOf(url: string, contexts: readonly ContextName[]): Promise<void> {
  const client = await connect(url, 'migrations');
  try {
    for (const context of contexts) await withLock(client, context, () => admitSenders(client, context));
  } finally {
    await client.end();
  }
}

async function runMigrations(url: string, context: ContextName, oneRole: boolean, folder?: string): Promise<number> {
  const files = listMigrationFiles(context, folder);
  const source = new DataSource({
    type: 'postgres',
    url,
    schema: context,
    applicationName: `shop migrations ${context}`,
    poolSize: 1,
    extra: poolSettings(url, ownerSettings(url, context)),
    migrations: files.map(withRecording),
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    installExtensions: false,
  });
  return runMigrationsWithRoles(oneRole, async () => {
    await source.initialize();
    try {
      const done = await source.runMigrations();
      await recordCompatible((sql, values) => source.query(sql, values), files);
      if (!oneRole) await source.query(`revoke insert, update, delete on migrations from ${ownRuntimeRole(context)}`);
      return done.length;
    } finally {
      await source.destroy();
    }
  });
}
