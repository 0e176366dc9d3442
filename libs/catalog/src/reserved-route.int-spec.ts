import { Controller, Get, Module } from '@nestjs/common';
import { CatalogModule } from '#modules/catalog';
import { Public } from '#platform/security';
import { nothingReserved } from '../../../test/support/nothing-reserved';
import { openContext, type OpenContext } from '../../../test/support/open-context';
import { brandId, categoryId } from './demo/demo-labels';
import { DemoShelves } from './demo/demo-shelves.store';

@Controller('products')
class SeasonalController {
  @Get('seasonal')
  @Public()
  seasonal() {
    return { season: 'autumn' };
  }
}

@Module({ controllers: [SeasonalController] })
class SeasonalModule {}

describe('A route that is added below /products', () => {
  let shop: OpenContext;
  let token: string;
  beforeAll(async () => {
    shop = await openContext([SeasonalModule, CatalogModule], ['catalog'], [nothingReserved]);
    await shop.app.get(DemoShelves, { strict: false }).seed();
    token = await shop.token('manager');
  }, 120_000);
  afterAll(() => shop.close());

  it('reserves its word: a product with that name gets another slug', async () => {
    const createProduct = async (name: string) => {
      const variants = ['A', 'B'].map((size) => ({ name: size, type: 'size', stock: 5 }));
      const more = { description: 'Một món theo mùa.', basePrice: 10_000, categoryId: categoryId('coffee-espresso') };
      const body = { name, variants, brandId: brandId('goc-pho'), ...more };
      const made = await shop.ask('POST', '/admin/products', { token, body });
      expect(made.status).toBe(201);
      return made.body.data;
    };
    const [reserved, free] = [await createProduct('Seasonal'), await createProduct('Yearly')];
    expect([reserved.slug === 'seasonal', free.slug]).toEqual([false, 'yearly']);
    expect((await shop.ask('GET', '/products/seasonal')).body.data).toEqual({ season: 'autumn' });
    expect((await shop.ask('GET', `/products/${reserved.slug}`)).body.data.id).toBe(reserved.id);
  });
});
