import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ConfigModule, type Config } from '#platform/config';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Database } from './database';
import { contextDatabase, Databases } from './database.module';
import type { PgDatabase } from './pg-database';

@Injectable()
class Shelves {
  constructor(readonly db: Database) {}
}

@Injectable()
class Bags {
  constructor(readonly db: Database) {}
}

@Module({ imports: [contextDatabase('catalog')], providers: [Shelves] })
class CatalogModule {}

@Module({ imports: [contextDatabase('inventory')], providers: [Bags] })
class InventoryModule {}

let shop: TestDatabase;
beforeAll(async () => {
  shop = await testDatabase();
});
afterAll(() => shop?.drop());

describe('A context module', () => {
  it('gets its own database, and other modules find the same database by the name of the context', async () => {
    const app = await Test.createTestingModule({
      imports: [ConfigModule.with(shop.config as Config), CatalogModule, InventoryModule],
    }).compile();
    const [catalog, inventory] = [app.get(Shelves).db, app.get(Bags).db];
    expect([catalog.context, inventory.context]).toEqual(['catalog', 'inventory']);
    expect(app.get(Databases).of('catalog')).toBe(catalog);
    expect(await catalog.query('select current_user::text as who')).toEqual([{ who: 'shop_catalog' }]);

    await app.close();
    expect((catalog as PgDatabase).pool.ended).toBe(true);
  });

  it('connects to its database at the first query', async () => {
    const nowhere = { databaseUrl: 'postgres://nobody@127.0.0.1:1/none', databaseUrls: {} } as unknown as Config;
    const app = await Test.createTestingModule({ imports: [ConfigModule.with(nowhere), CatalogModule] }).compile();
    await app.init();
    await expect(app.get(Shelves).db.query('select 1')).rejects.toThrow();
    await app.close();
  });
});
