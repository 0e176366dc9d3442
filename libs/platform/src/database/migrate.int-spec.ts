import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextNames } from '#platform/config';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { contextPool } from './connection';
import { migrate, pendingMigrations } from './migrate';
import { PgDatabase } from './pg-database';
import { oneRoleServes } from './roles';

jest.setTimeout(60_000);

let shop: TestDatabase;
let folder: string;
const urls = () => shop.config;

const migration = (name: string, at: string, up: string) =>
  writeFileSync(
    join(folder, 'catalog', `${at}-${name}.ts`),
    `export class Step${at} { async up(runner) { ${up} } async down() {} }\n`,
  );

beforeEach(async () => {
  shop = await testDatabase({ empty: true });
  folder = mkdtempSync(join(tmpdir(), 'shop-migrations-'));
  mkdirSync(join(folder, 'catalog'));
  migration('beans', '1795000000000', 'await runner.query(`create table beans (kind text)`)');
});
afterEach(async () => {
  await shop.drop();
  rmSync(folder, { recursive: true, force: true });
});

const catalog = () => migrate(urls(), { contexts: ['catalog'], folder });

describe('Migrating', () => {
  it('brings a new database all the way', async () => {
    const report = await migrate(urls());
    expect(report.withoutRoles).toEqual([]);
    expect(await pendingMigrations(urls())).toEqual({});
    const schemas = await shop.admin<{ name: string }>('select nspname as name from pg_namespace');
    expect(schemas.map(({ name }) => name)).toEqual(expect.arrayContaining([...contextNames]));
  });

  it('runs what is new, once', async () => {
    expect((await catalog()).ran).toEqual({ catalog: 1 });
    expect((await catalog()).ran).toEqual({});
    migration('grams', '1795000000100', 'await runner.query(`alter table beans add grams int`)');
    expect(Object.keys(await pendingMigrations(urls(), { contexts: ['catalog'], folder }))).toEqual(['catalog']);
    expect((await catalog()).ran).toEqual({ catalog: 1 });
    await shop.of('catalog').query('select kind, grams from beans');
  });

  it('is done by one of those who start at once', async () => {
    const reports = await Promise.all([catalog(), catalog(), catalog()]);
    expect(reports.flatMap(({ ran }) => ran.catalog ?? [])).toEqual([1]);
  });

  it('keeps nothing of one that fails', async () => {
    migration('spill', '1795000000100', 'await runner.query(`create table spilt ()`); throw new Error("spilt")');
    await expect(catalog()).rejects.toThrow('spilt');
    expect(await shop.admin(`select to_regclass('catalog.spilt') as found`)).toEqual([{ found: null }]);
    await shop.of('catalog').query('select * from beans');
  });

  it('works with one role where the database’s user may not create any', async () => {
    await shop.admin(`create role tenant login password 'tenant' nocreaterole`);
    try {
      const [{ name }] = (await shop.admin<{ name: string }>('select current_database() as name')) as [
        { name: string },
      ];
      await shop.admin(`alter database ${name} owner to tenant`);
      const url = shop.url.replace(/\/\/.*@/, '//tenant:tenant@');
      const poor = { databaseUrl: url, databaseUrls: {} };
      const report = await migrate(poor, { contexts: ['catalog'], folder });
      expect(report).toEqual({ ran: { catalog: 1 }, withoutRoles: ['catalog'] });
      expect(oneRoleServes(url)).toBe(true);
      const database = new PgDatabase('catalog', contextPool(url, 'catalog'));
      expect(await database.query('select current_user::text as who, count(*) as beans from beans')).toEqual([
        { who: 'tenant', beans: 0 },
      ]);
      await database.pool.end();
      const again = await migrate(poor, { contexts: ['catalog'], folder });
      expect(again).toEqual({ ran: {}, withoutRoles: ['catalog'] });
      expect(oneRoleServes(url)).toBe(true);
    } finally {
      await shop.admin('reassign owned by tenant to shop').catch(() => undefined);
      await shop.admin('drop owned by tenant cascade').catch(() => undefined);
      await shop.admin('drop role tenant');
    }
  });
});
