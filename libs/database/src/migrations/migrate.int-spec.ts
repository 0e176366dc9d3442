import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextNames } from '#platform/config';
import { eventually } from '../../../../test/support/eventually';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { contextPool } from '../pool/connection';
import { NewerMigrations } from './compatible';
import { migrate, pendingMigrations } from './migrate';
import { PgDatabase } from '../transactions/pg-database';
import { hasOneRole } from '../pool/roles';

jest.setTimeout(60_000);

let shop: TestDatabase;
let folder: string;
const urls = () => shop.config;

const file = (name: string, at: string) => join(folder, 'catalog', `${at}-${name}.ts`);
const writeMigration = (name: string, at: string, up: string, more = '') =>
  writeFileSync(file(name, at), `export class Step${at} { ${more} async up(runner) { ${up} } async down() {} }\n`);

beforeEach(async () => {
  shop = await testDatabase({ empty: true });
  folder = mkdtempSync(join(tmpdir(), 'shop-migrations-'));
  mkdirSync(join(folder, 'catalog'));
  writeMigration('beans', '1795000000000', 'await runner.query(`create table beans (kind text)`)');
});
afterEach(async () => {
  await shop.drop();
  rmSync(folder, { recursive: true, force: true });
});

const migrateCatalog = () => migrate(urls(), { contexts: ['catalog'], folder });

describe('Migrating', () => {
  it('runs all migrations on a new database', async () => {
    const report = await migrate(urls());
    expect(report.withoutRoles).toEqual([]);
    expect(await pendingMigrations(urls())).toEqual({});
    const schemas = await shop.admin<{ name: string }>('select nspname as name from pg_namespace');
    expect(schemas.map(({ name }) => name)).toEqual(expect.arrayContaining([...contextNames]));
  });

  it('runs each new migration once', async () => {
    expect((await migrateCatalog()).ran).toEqual({ catalog: 1 });
    expect((await migrateCatalog()).ran).toEqual({});
    writeMigration('grams', '1795000000100', 'await runner.query(`alter table beans add grams int`)');
    expect(Object.keys(await pendingMigrations(urls(), { contexts: ['catalog'], folder }))).toEqual(['catalog']);
    expect((await migrateCatalog()).ran).toEqual({ catalog: 1 });
    await shop.of('catalog').query('select kind, grams from beans');
  });

  it('runs in a single process, even if several processes start at the same time', async () => {
    const reports = await Promise.all([migrateCatalog(), migrateCatalog(), migrateCatalog()]);
    expect(reports.flatMap(({ ran }) => ran.catalog ?? [])).toEqual([1]);
  });

  it('with onlyNew, does not change the database of an earlier build', async () => {
    const forCommand = () => migrate(urls(), { contexts: ['catalog'], folder, onlyNew: true });
    expect((await forCommand()).ran).toEqual({ catalog: 1 });
    expect((await forCommand()).ran).toEqual({});
    writeMigration('grams', '1795000000100', 'await runner.query(`alter table beans add grams int`)');
    await expect(forCommand()).rejects.toThrow('lacks migrations of this build (catalog: 1795000000100-grams)');
    const [{ columns }] = await shop.admin<{ columns: number }>(
      `select count(*)::int as columns from information_schema.columns where table_name = 'beans'`,
    );
    expect(columns).toBe(1);
  });

  it('waits for another process that migrates at the moment', async () => {
    await migrateCatalog();
    writeMigration('grams', '1795000000100', 'await runner.query(`select pg_sleep(1)`)');
    const [{ ran }, command] = await Promise.all([
      migrateCatalog(),
      eventually(async () => {
        const waiting = await shop.admin(`select from pg_stat_activity where query = 'select pg_sleep(1)'`);
        expect(waiting).toHaveLength(1);
      }).then(() => migrate(urls(), { contexts: ['catalog'], folder, onlyNew: true })),
    ]);
    expect([ran, command.ran]).toEqual([{ catalog: 1 }, {}]);
  });

  it('rolls a failed migration back', async () => {
    writeMigration('fail', '1795000000100', 'await runner.query(`create table broken ()`); throw new Error("broken")');
    await expect(migrateCatalog()).rejects.toThrow('broken');
    expect(await shop.admin(`select to_regclass('catalog.broken') as found`)).toEqual([{ found: null }]);
    await shop.of('catalog').query('select * from beans');
  });

  it('works with one role if the login may not create roles', async () => {
    await shop.admin(`create role tenant login password 'tenant' nocreaterole`);
    try {
      const [{ name }] = (await shop.admin<{ name: string }>('select current_database() as name')) as [
        { name: string },
      ];
      await shop.admin(`alter database ${name} owner to tenant`);
      const url = shop.url.replace(/\/\/.*@/, '//tenant:tenant@');
      const tenantUrls = { databaseUrl: url, databaseUrls: {} };
      const report = await migrate(tenantUrls, { contexts: ['catalog'], folder });
      expect(report).toEqual({ ran: { catalog: 1 }, withoutRoles: ['catalog'], newer: {} });
      expect(hasOneRole(url)).toBe(true);
      const database = new PgDatabase('catalog', contextPool(url, 'catalog'));
      expect(await database.query('select current_user::text as who, count(*) as beans from beans')).toEqual([
        { who: 'tenant', beans: 0 },
      ]);
      await database.pool.end();
      const again = await migrate(tenantUrls, { contexts: ['catalog'], folder });
      expect(again).toEqual({ ran: {}, withoutRoles: ['catalog'], newer: {} });
      expect(hasOneRole(url)).toBe(true);
    } finally {
      await shop.admin('reassign owned by tenant to shop').catch(() => undefined);
      await shop.admin('drop owned by tenant cascade').catch(() => undefined);
      await shop.admin('drop role tenant');
    }
  });
});

describe('A database that a newer build has migrated', () => {
  const COMPATIBLE = 'static olderBuildsMayRun = true;';
  /** Runs these migrations as the newer build, and then removes their files, so that this build does not have them. */
  const newerBuild = async (...added: [name: string, at: string, up: string, more?: string][]) => {
    writeMigration('list', '1798000000300', LIST, COMPATIBLE);
    await migrateCatalog();
    for (const one of added) writeMigration(...one);
    await migrateCatalog();
    for (const [name, at] of added) rmSync(file(name, at));
  };
  const LIST = 'await runner.query(`create table compatible_migrations ("timestamp" bigint primary key)`)';
  const grams: [string, string, string] = [
    'grams',
    '1799000000000',
    'await runner.query(`alter table beans add grams int`)',
  ];

  const listed = async () =>
    (
      await shop.admin<{ at: string }>(`select "timestamp"::text as at from catalog.compatible_migrations order by 1`)
    ).map(({ at }) => at);

  it('refuses an older build, and names the unknown migrations', async () => {
    await newerBuild(grams);
    await expect(migrateCatalog()).rejects.toThrow(
      'The database has migrations that this build does not have (catalog: Step1799000000000)',
    );
    await expect(pendingMigrations(urls(), { contexts: ['catalog'], folder })).rejects.toBeInstanceOf(NewerMigrations);
  });

  it('accepts an older build if all unknown migrations are compatible', async () => {
    await newerBuild([...grams, COMPATIBLE]);
    expect(await migrateCatalog()).toMatchObject({ ran: {}, newer: { catalog: ['Step1799000000000'] } });
    expect(await pendingMigrations(urls(), { contexts: ['catalog'], folder })).toEqual({});
    await newerBuild(['roasts', '1799000000100', 'await runner.query(`create table roasts ()`)']);
    await expect(migrateCatalog()).rejects.toThrow('(catalog: Step1799000000100)');
  });

  it('lists compatible migrations that ran before the list existed', async () => {
    writeMigration('early', '1796000000000', 'await runner.query(`create table early ()`)', COMPATIBLE);
    await newerBuild();
    rmSync(file('early', '1796000000000'));
    expect((await migrateCatalog()).newer).toEqual({ catalog: ['Step1796000000000'] });
  });

  it('lists migrations that were declared compatible after they ran', async () => {
    writeMigration('list', '1798000000300', LIST, COMPATIBLE);
    writeMigration('late', '1798000000400', 'await runner.query(`create table late ()`)');
    await migrateCatalog();
    expect(await listed()).toEqual(['1798000000300']);
    const earlier = folder;
    // the folder of a later build, which only adds the declaration
    folder = mkdtempSync(join(tmpdir(), 'shop-migrations-'));
    cpSync(earlier, folder, { recursive: true });
    writeMigration('late', '1798000000400', 'await runner.query(`create table late ()`)', COMPATIBLE);
    expect((await migrateCatalog()).ran).toEqual({});
    expect(await listed()).toEqual(['1798000000300', '1798000000400']);
    rmSync(file('late', '1798000000400'));
    expect((await migrateCatalog()).newer).toEqual({ catalog: ['Step1798000000400'] });
    rmSync(earlier, { recursive: true });
  });

  it('does not list a migration that failed', async () => {
    await newerBuild();
    writeMigration('fail', '1799000000000', 'throw new Error("broken")', COMPATIBLE);
    await expect(migrateCatalog()).rejects.toThrow('broken');
    expect(await listed()).toEqual(['1798000000300']);
  });

  it('runs no migration of the older build', async () => {
    await newerBuild(grams);
    writeMigration('sugar', '1798500000000', 'await runner.query(`create table sugar ()`)');
    await expect(migrateCatalog()).rejects.toBeInstanceOf(NewerMigrations);
    expect(await shop.admin(`select to_regclass('catalog.sugar') as found`)).toEqual([{ found: null }]);
  });
});
