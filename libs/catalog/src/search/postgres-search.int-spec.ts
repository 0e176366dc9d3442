import { openContext, type OpenContext } from '../../../../test/support/open-context';
import { nothingReserved } from '../../../../test/support/nothing-reserved';
import { CatalogModule } from '../catalog.module';
import { DemoShelves } from '../demo/demo-shelves.store';
import { PostgresSearch } from './postgres-search.adapter';
import { searchedShelf, productSearchContract } from './product-search.contract';

let shop: OpenContext;

beforeAll(async () => {
  shop = await openContext([CatalogModule], ['catalog'], [nothingReserved]);
  await shop.app.get(DemoShelves, { strict: false }).seed();
  const rows = searchedShelf.map(({ id, inStock, popularity }) => ({ id, in_stock: inStock, popularity }));
  await shop.database.admin(
    `update catalog.shelf s set in_stock = r.in_stock, popularity = r.popularity
       from jsonb_to_recordset($1::jsonb) as r (id uuid, in_stock boolean, popularity bigint) where s.product_id = r.id`,
    [JSON.stringify(rows)],
  );
}, 60_000);
afterAll(() => shop.close());

describe('Searching in Postgres', () => {
  productSearchContract(() => shop.app.get(PostgresSearch, { strict: false }));
});
