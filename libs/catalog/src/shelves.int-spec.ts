import { vnd } from '#kernel';
import { CatalogPrices, isPriced } from '#contracts/catalog';
import { OrderConfirmed } from '#contracts/ordering';
import { Cache } from '#platform/cache';

import { eventually } from '../../../test/support/eventually';
import { openContext, type OpenContext } from '../../../test/support/open-context';
import { nothingReserved } from '../../../test/support/nothing-reserved';
import { browseStatement, type Sort } from './browse/browse-statement.query';
import { CatalogModule } from './catalog.module';
import { categoryId } from './demo/demo-labels';
import { demoProducts } from './demo/demo-products';
import { DemoShelves } from './demo/demo-shelves.store';
import { KeepAvailability } from './keep-availability/keep-availability.consumer';
import { ShelfTidier } from './shelf/tidy-shelf.job';

let shop: OpenContext;
const goods = demoProducts();
const product = (slug: string) => goods.find((one) => one.slug === slug)!;
const names = (rows: { name: string }[]) => rows.map(({ name }) => name);
const english = { 'accept-language': 'en' };

beforeAll(async () => {
  shop = await openContext([CatalogModule], ['catalog'], [nothingReserved]);
  await shop.app.get(DemoShelves, { strict: false }).seed();
}, 60_000);
afterAll(() => shop.close());

describe('Seeding the demo', () => {
  it('does nothing the second time', async () => {
    await shop.app.get(DemoShelves, { strict: false }).seed();
    const [row] = await shop.database.admin<{ n: number }>('select count(*)::int as n from catalog.products');
    expect(row.n).toBe(goods.length);
  });
  it('reports every variant to inventory', async () => {
    const [row] = await shop.database.admin<{ n: number }>(
      `select count(*)::int as n from catalog.outbox where type = 'catalog.variant-listed.v1'`,
    );
    expect(row.n).toBe(goods.flatMap(({ variants }) => variants).length);
  });
});

describe('Cached responses', () => {
  it('are only the responses that many clients request', async () => {
    const remember = jest.spyOn(shop.app.get(Cache, { strict: false }), 'remember');
    const isCached = async (path: string) => {
      remember.mockClear();
      expect((await shop.ask('GET', path)).status).toBe(200);
      return remember.mock.calls.some(([{ kind }]) => ['products', 'featured', 'search', 'suggest'].includes(kind));
    };
    const { body } = await shop.ask('GET', '/products?limit=5');
    const after = `&cursor=${body.meta.nextCursor}`;
    const words = 'ca phe sua da '.repeat(6);
    expect(await isCached('/products?category=coffee-espresso&minPrice=30000&maxPrice=49999')).toBe(true);
    expect(await isCached('/search?q=tra&minPrice=30000&maxPrice=49999')).toBe(true);
    expect(await isCached('/search/suggest?q=tra')).toBe(true);
    for (const path of [
      '/products?minPrice=30001',
      '/products?limit=21',
      `/products?limit=5${after}`,
      '/products/popular?limit=21',
    ])
      expect([path, await isCached(path)]).toEqual([path, false]);
    for (const path of [
      '/search?q=tra&maxPrice=30001',
      '/search?q=tra&limit=21',
      `/search?q=${words}`,
      `/search/suggest?q=${words}`,
    ])
      expect([path, await isCached(path)]).toEqual([path, false]);
    remember.mockRestore();
  });

  it('are found again if the same filters are written differently', async () => {
    const remember = jest.spyOn(shop.app.get(Cache, { strict: false }), 'remember');
    await shop.ask('GET', '/products?sort=price&category=tea-beverages&limit=20&minPrice=0');
    await shop.ask('GET', '/products?category=tea-beverages&sort=price');
    const keys = remember.mock.calls.filter(([{ kind }]) => kind === 'products').map(([{ key }]) => key);
    expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
    remember.mockRestore();
  });
});

describe('Browsing', () => {
  it('lists the whole shelf page by page, each product once, in every sort order', async () => {
    for (const sort of ['newest', 'price', '-price', 'popular', 'name']) {
      const seen: string[] = [];
      let cursor = '';
      do {
        const { status, body } = await shop.ask('GET', `/products?limit=25&sort=${sort}${cursor}`);
        expect(status).toBe(200);
        seen.push(...body.data.map(({ id }: { id: string }) => id));
        cursor = body.meta.hasMore ? `&cursor=${body.meta.nextCursor}` : '';
      } while (cursor);
      expect(seen.length).toBe(goods.length);
      expect(new Set(seen).size).toBe(goods.length);
    }
  });
  it('sorts by price, and filters by price, category, brand and featured', async () => {
    const { body } = await shop.ask('GET', '/products?sort=-price&minPrice=40000&maxPrice=60000&limit=100');
    const prices: number[] = body.data.map(({ price }: { price: { amount: number } }) => price.amount);
    expect(prices).toEqual([...prices].sort((a, b) => b - a));
    expect(Math.min(...prices)).toBeGreaterThanOrEqual(40_000);
    expect(Math.max(...prices)).toBeLessThanOrEqual(60_000);
    const featured = await shop.ask('GET', '/products?category=food-snacks&brand=lo-banh-som&featured=true');
    expect(featured.body.data.length).toBeGreaterThan(2);
    for (const one of featured.body.data)
      expect([one.category.slug, one.brand.slug, one.featured]).toEqual(['food-snacks', 'lo-banh-som', true]);
  });
  it('refuses unknown parameters and invalid values', async () => {
    expect((await shop.ask('GET', '/products?colour=red')).status).toBe(400);
    expect((await shop.ask('GET', '/products?limit=0')).status).toBe(400);
    expect((await shop.ask('GET', '/products?cursor=xyz')).status).toBe(400);
    expect((await shop.ask('GET', '/categories?x=1')).status).toBe(400);
  });
  it('sends 304 to a client that has the response already', async () => {
    const first = await shop.ask('GET', '/products?limit=3');
    expect(first.headers['cache-control']).toContain('public, max-age=');
    const again = await shop.ask('GET', '/products?limit=3', { headers: { 'if-none-match': first.headers.etag! } });
    expect(again.status).toBe(304);
  });
  it('lists categories and brands with the number of their products', async () => {
    const { body } = await shop.ask('GET', '/categories', { headers: english });
    expect(body.data[0]).toMatchObject({ slug: 'coffee-espresso', name: 'Coffee & espresso' });
    const total = body.data.reduce((sum: number, { products }: { products: number }) => sum + products, 0);
    expect(total).toBe(goods.length);
    expect((await shop.ask('GET', '/brands')).body.data.length).toBe(9);
  });
});

describe('Viewing a product', () => {
  it('finds the product by id and by slug, in both languages', async () => {
    const { id } = product('ca-phe-sua-da');
    const byId = await shop.ask('GET', `/products/${id}`);
    const bySlug = await shop.ask('GET', '/products/ca-phe-sua-da');
    expect(byId.body).toEqual(bySlug.body);
    expect(byId.body.data).toMatchObject({ name: 'Cà phê sữa đá', available: true });
    expect(byId.body.data.variants[1].price).toEqual(vnd(35_000));
    expect(byId.body.data.modifiers[0].options[0]).toMatchObject({ name: 'Vừa sữa', default: true });
    const inEnglish = await shop.ask('GET', '/products/ca-phe-sua-da', { headers: english });
    expect([inEnglish.body.data.name, inEnglish.body.data.variants[0].name]).toEqual(['Iced milk coffee', 'Small']);
  });
  it('answers 404 for an unknown product', async () =>
    expect((await shop.ask('GET', '/products/nothing-here')).body.error?.code).toBe('NOT_FOUND'));
});

describe('Searching', () => {
  const search = async (q: string, more = '') =>
    (await shop.ask('GET', `/search?q=${encodeURIComponent(q)}${more}`)).body;

  it.each([
    ['ca phe sua da', 'Cà phê sữa đá'],
    ['CÀ PHÊ SỮA ĐÁ', 'Cà phê sữa đá'],
    ['ca phe sau da', 'Cà phê sữa đá'],
    ['iced milk coffee', 'Cà phê sữa đá'],
    ['tra dao cam sa', 'Trà đào cam sả'],
    ['peach tea', 'Trà đào cam sả'],
    ['macha late', 'Matcha latte'],
    ['banhmi', 'Bánh mì thịt nguội'],
    ['oolong', 'Trà ô long sữa'],
  ])('finds for “%s” the product “%s”', async (q, name) => expect(names((await search(q)).data)).toContain(name));

  it('puts products with all words in the name first, and marks the words', async () => {
    const { data } = await search('ca phe sua da');
    expect(data[0].name).toBe('Cà phê sữa đá');
    expect(data[0].highlight.name).toBe('<em>Cà phê sữa đá</em>');
  });
  it('counts each facet with the other filters applied', async () => {
    const all = await search('ca phe');
    const one = await search('ca phe', '&category=coffee-beans');
    expect(one.meta.facets.category).toEqual(all.meta.facets.category);
    const beans = all.meta.facets.category.find(({ value }: { value: string }) => value === 'coffee-beans');
    expect([one.meta.total, beans.label]).toEqual([beans.count, 'Cà phê hạt & bột']);
    expect(all.meta.facets.price[0]).toMatchObject({ label: expect.stringContaining('₫') });
    expect(all.meta.facets.availability[0]).toMatchObject({ value: 'available', count: all.meta.total });
  });
  it('returns the results in pages', async () => {
    const whole = await search('tra', '&limit=100');
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { data, meta } = await search('tra', `&limit=7${cursor}`);
      seen.push(...names(data));
      if (!meta.hasMore) break;
      cursor = `&cursor=${meta.nextCursor}`;
    }
    expect(seen).toEqual(names(whole.data));
  });
  it('accepts any text without an error', async () => {
    for (const q of ["'", '\\', '%', ':*', "a'b:A & !", '<script>', '💥', 'Ａ', '抹茶', '!!!'])
      expect((await search(q)).success).toBe(true);
  });
  it('suggests while somebody types', async () => {
    const suggest = async (q: string) =>
      (await shop.ask('GET', `/search/suggest?q=${encodeURIComponent(q)}`)).body.data;
    expect((await suggest('bac x'))[0]).toEqual({ text: 'Bạc xỉu', productId: product('bac-xiu').id });
    expect((await suggest('tra dao'))[0].text).toBe('Trà đào cam sả');
    expect((await suggest('tra d')).map(({ text }: { text: string }) => text)).toContain('Trà đào cam sả');
    expect((await suggest('capuchino'))[0].text).toBe('Cappuccino');
  });
});

describe('Messages from other contexts', () => {
  const stock = (sku: string, available: number, version: number) =>
    shop.app.get(KeepAvailability, { strict: false }).handle({ body: { sku, available, version } } as never);

  it('shows new stock at once, and ignores an older message', async () => {
    const { id, variants } = product('bac-xiu');
    const path = `/products/${id}`;
    await shop.ask('GET', path);
    await stock(variants[0].sku, 7, 5);
    expect((await shop.ask('GET', path)).body.data.variants[0].available).toBe(7);
    await stock(variants[0].sku, 99, 4);
    expect((await shop.ask('GET', path)).body.data.variants[0].available).toBe(7);
  });
  it('shows that a product is sold out, and that it is in stock again', async () => {
    const { variants } = product('americano');
    const listUnavailable = async () => (await shop.ask('GET', '/products?available=false')).body.data;
    for (const { sku } of variants) await stock(sku, 0, 8);
    expect(names(await listUnavailable())).toEqual(['Americano']);
    expect((await shop.ask('GET', '/search?q=americano&availability=unavailable')).body.meta.total).toBe(1);
    await stock(variants[2].sku, 1, 9);
    expect(await listUnavailable()).toEqual([]);
  });
  it('counts sold products', async () => {
    const { id } = product('binh-u-cold-brew');
    const item = { productId: id, quantity: 4 };
    await shop.database.admin(
      `insert into catalog.inbox (message_id, handler, lane, key, type, body, meta)
       select gen_random_uuid(), 'count-sales', 'count-sales', n, $1, $2, '{}' from generate_series(1, 20) n`,
      [OrderConfirmed.type, { items: [item, item] }],
    );
    const sold = 'select sold from catalog.product_sales where product_id = $1';
    await eventually(async () => expect(await shop.database.admin(sold, [id])).toEqual([{ sold: 160 }]));
    await shop.app.get(ShelfTidier, { strict: false }).tidy();
    expect((await shop.ask('GET', '/products/popular?limit=1')).body.data[0].id).toBe(id);
  });
});

describe('Prices for other contexts', () => {
  it('are computed for all lines in one call', async () => {
    const prices = shop.app.get(CatalogPrices, { strict: false });
    const { variants, modifiers } = product('latte');
    const oat = modifiers[0].options[1];
    const [latte, nothing] = await prices.price(
      [
        { variantId: variants[1].id, quantity: 2, modifiers: [{ optionId: oat.id, quantity: 1 }] },
        { variantId: categoryId('x'), quantity: 1, modifiers: [] },
      ],
      'en',
    );
    expect(latte && isPriced(latte) && [latte.name, latte.unitPrice, latte.lineTotal]).toEqual([
      'Caffè latte – Medium',
      vnd(67_000),
      vnd(134_000),
    ]);
    expect(nothing).toMatchObject({ code: 'VARIANT_UNAVAILABLE' });
  });
});

describe('Every list of the shelf', () => {
  /** The query plan for a shelf that is too large for a sequential scan. */
  const plan = async (text: string, values: unknown[]): Promise<string> => {
    const db = shop.database.of('catalog');
    return db.transaction(async () => {
      await db.query('set local enable_seqscan = off');
      await db.query('set local enable_sort = off');
      return JSON.stringify(await db.query(`explain ${text}`, values));
    });
  };
  const orders: [Sort, string][] = [
    ['newest', 'shelf_newest'],
    ['price', 'shelf_price'],
    ['-price', 'shelf_price'],
    ['popular', 'shelf_popular'],
    ['name', 'shelf_name_vi'],
  ];

  it.each(orders)('sorted by %s uses the index %s, and reads variants by product', async (sort, index) => {
    const { sql, values } = browseStatement({ sort, limit: 20 }, 'vi');
    const planned = await plan(sql.text, values);
    expect(planned).toContain(index);
    expect(planned).toContain('variants_product');
    expect(planned).not.toContain('Seq Scan');
  });
  it('continues from a cursor with the same index', async () => {
    const after = ['2026-01-01T00:00:00Z', categoryId('x')] as const;
    const { sql, values } = browseStatement({ sort: 'newest', limit: 20 }, 'vi', after);
    expect(await plan(sql.text, values)).toMatch(/Index Cond: \(ROW\(listed_at, product_id\) < ROW/);
  });
  it('of one category uses its own index', async () => {
    const { sql, values } = browseStatement({ sort: 'newest', category: 'food-snacks', limit: 20 }, 'vi');
    expect(await plan(sql.text, values)).toContain('shelf_category');
  });
  it('of search results uses the index of the words', async () => {
    const planned = await plan('select from shelf s where s.words @@ $1::tsquery', ["'ca' & 'phe'"]);
    expect(planned).toContain('shelf_words');
  });
});
