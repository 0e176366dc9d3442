import { openContext, type OpenContext } from '../../../test/support/open-context';
import { CatalogModule } from './catalog.module';
import { brandId, categoryId } from './demo/demo-labels';
import { DemoShelves } from './demo/demo-shelves.store';

let shop: OpenContext;
let manager: string;

beforeAll(async () => {
  shop = await openContext([CatalogModule], ['catalog']);
  await shop.app.get(DemoShelves, { strict: false }).seed();
  manager = await shop.token('manager');
}, 60_000);
afterAll(() => shop.close());

const body = {
  name: 'Cà phê dừa non',
  description: 'Nước dừa xiêm, cà phê phin và cơm dừa non.',
  basePrice: 45_000,
  categoryId: categoryId('coffee-espresso'),
  brandId: brandId('goc-pho'),
  variants: [
    { name: 'M', type: 'size', stock: 3 },
    { name: 'L', type: 'size', priceAdjustment: 8_000, stock: 0 },
  ],
};
const create = (more: object = {}, token = manager) =>
  shop.ask('POST', '/admin/products', { token, body: { ...body, ...more } });
const fields = (reply: { body: { error?: { details?: { field: string }[] } } }) =>
  reply.body.error?.details?.map(({ field }) => field);

describe('Listing a product', () => {
  it('puts it on the shelf at once, where everybody finds it', async () => {
    const reply = await create({ name: 'Trà bí đao hạt chia', translations: { en: { name: 'Winter melon tea' } } });
    expect(reply.status).toBe(201);
    const { id, slug, version, variants } = reply.body.data;
    expect([slug, version, reply.headers.etag]).toEqual(['tra-bi-dao-hat-chia', 1, '"1"']);
    expect(variants.map(({ price }: { price: { amount: number } }) => price.amount)).toEqual([45_000, 53_000]);
    const found = await shop.ask('GET', '/search?q=bi%20dao');
    expect(found.body.data[0].id).toBe(id);
    expect((await shop.ask('GET', '/products?limit=1')).body.data[0].id).toBe(id);
    const [told] = await shop.database.admin<{ n: number }>(
      `select count(*)::int as n from catalog.outbox where body->>'productId' = $1`,
      [id],
    );
    expect(told.n).toBe(2);
  });
  it('keeps what was sent as it was sent, and shows rich text through the allow-list', async () => {
    const odd = {
      name: '  <b>Cà phê</b> & "bánh" ',
      story: '<p onclick="x()">Ngon <script>alert(1)</script><b>lắm</b></p>',
    };
    const { data } = (await create(odd)).body;
    expect([data.name, data.story]).toEqual([odd.name, odd.story]);
    const shown = (await shop.ask('GET', `/products/${data.id}`)).body.data;
    expect([shown.name, shown.story]).toEqual([odd.name, '<p>Ngon <b>lắm</b></p>']);
  });
  it('says everything that is wrong at once', async () => {
    const reply = await create({
      name: 'ab',
      description: 'short',
      basePrice: 1_000,
      categoryId: 'x',
      colour: 'red',
      variants: [
        { name: 'M', type: 'size', stock: -1, priceAdjustment: -1_000 },
        { name: 'm', type: 'size', stock: 1.5, price: 1 },
      ],
    });
    expect([reply.status, reply.body.error?.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(fields(reply)!.sort()).toEqual(
      [
        'categoryId',
        'colour',
        'description',
        'name',
        'variants.0.priceAdjustment',
        'variants.0.stock',
        'variants.1.name',
        'variants.1.price',
        'variants.1.stock',
      ].sort(),
    );
  });
  it.each([
    ['one variant', { variants: [body.variants[0]] }, ['variants']],
    ['no variants', { variants: undefined }, ['variants']],
    ['a free product', { basePrice: 0 }, ['basePrice']],
    ['half a đồng', { basePrice: 1.5 }, ['basePrice']],
    ['a price in words', { basePrice: '45000' }, ['basePrice']],
    ['a category that is not there', { categoryId: brandId('x') }, ['categoryId']],
    ['a long name', { name: 'x'.repeat(256) }, ['name']],
  ])('refuses %s', async (_, more, wrong) => expect(fields(await create(more))).toEqual(wrong));
  it('is for those who may', async () => {
    expect((await shop.ask('POST', '/admin/products', { body })).status).toBe(401);
    expect((await create({}, await shop.token('customer'))).status).toBe(403);
    expect((await create({}, await shop.token('barista'))).status).toBe(403);
  });
  it('takes a SKU once', async () => {
    const variants = body.variants.map((variant, index) => ({ ...variant, sku: `ONLY-${index}` }));
    expect((await create({ variants })).status).toBe(201);
    const again = await create({ variants });
    expect([again.status, again.body.error?.code]).toEqual([409, 'SKU_TAKEN']);
  });
  it('keeps a draft off the shelf until it is ready', async () => {
    const { data } = (await create({ name: 'Bản nháp', status: 'draft' })).body;
    expect((await shop.ask('GET', `/products/${data.id}`)).status).toBe(404);
    const ready = await shop.ask('PATCH', `/admin/products/${data.id}`, { token: manager, body: { status: 'active' } });
    expect(ready.status).toBe(200);
    expect((await shop.ask('GET', `/products/${data.id}`)).status).toBe(200);
  });
});

describe('Editing a product', () => {
  it('changes what is named, and only on the version that was seen', async () => {
    const { data } = (await create({ name: 'Món để sửa' })).body;
    const path = `/admin/products/${data.id}`;
    const edit = (change: object, seen?: string) =>
      shop.ask('PATCH', path, { token: manager, body: change, headers: seen ? { 'if-match': seen } : {} });
    await shop.ask('GET', `/products/${data.id}`);
    const edited = await edit({ basePrice: 50_000 }, '"1"');
    expect([edited.status, edited.headers.etag]).toEqual([200, '"2"']);
    const shown = (await shop.ask('GET', `/products/${data.id}`)).body.data;
    expect([shown.name, shown.variants[1].price.amount]).toEqual(['Món để sửa', 58_000]);
    expect((await edit({ basePrice: 51_000 }, '"1"')).status).toBe(412);
    const free = body.variants.map((variant) => ({ ...variant, priceAdjustment: -1 }));
    expect(fields(await edit({ basePrice: 1, variants: free }))).toEqual([
      'variants.0.priceAdjustment',
      'variants.1.priceAdjustment',
    ]);
  });
  it('retires variants that are left out, and takes them back as themselves', async () => {
    const { data } = (await create({ name: 'Món đổi cỡ' })).body;
    const path = `/admin/products/${data.id}`;
    const [m, l] = data.variants;
    const with_ = async (variants: object[]) =>
      (await shop.ask('PATCH', path, { token: manager, body: { variants } })).body.data;
    const xl = { name: 'XL', type: 'size', priceAdjustment: 12_000, stock: 4 };
    const changed = await with_([{ name: 'M', type: 'size' }, xl]);
    expect(changed.variants.map(({ id }: { id: string }) => id)).toEqual([m.id, expect.not.stringMatching(l.id)]);
    const back = await with_([
      { name: 'M', type: 'size' },
      { name: 'L', type: 'size' },
    ]);
    expect(back.variants.map(({ id }: { id: string }) => id)).toEqual([m.id, l.id]);
    expect((await shop.ask('GET', `/products/${data.id}`)).body.data.variants.length).toBe(2);
  });
  it('takes it off the shelf for good', async () => {
    const { data } = (await create({ name: 'Món sắp bỏ' })).body;
    await shop.ask('GET', `/products/${data.slug}`);
    expect((await shop.ask('DELETE', `/admin/products/${data.id}`, { token: manager })).status).toBe(204);
    expect((await shop.ask('GET', `/products/${data.slug}`)).status).toBe(404);
    expect((await shop.ask('DELETE', `/admin/products/${data.id}`, { token: manager })).status).toBe(404);
  });
});

describe('Arranging the shelves', () => {
  it('adds, renames and removes a category, and shows the new name on its products', async () => {
    const added = await shop.ask('POST', '/admin/categories', { token: manager, body: { name: 'Món theo mùa' } });
    expect([added.status, added.body.data.slug]).toEqual([201, 'mon-theo-mua']);
    const { id } = added.body.data;
    const { data } = (await create({ name: 'Trà dưa hấu', categoryId: id })).body;
    const path = `/admin/categories/${id}`;
    await shop.ask('GET', `/products/${data.id}`);
    const renamed = await shop.ask('PATCH', path, { token: manager, body: { name: 'Mùa hè', slug: 'mua-he' } });
    expect([renamed.status, renamed.body.data.version]).toEqual([200, 2]);
    expect((await shop.ask('GET', `/products/${data.id}`)).body.data.category).toMatchObject({
      slug: 'mua-he',
      name: 'Mùa hè',
    });
    expect((await shop.ask('GET', '/products?category=mua-he')).body.data.length).toBe(1);
    const inUse = await shop.ask('DELETE', path, { token: manager });
    expect(inUse.body.error?.code).toBe('LABEL_IN_USE');
  });
  it('adds and removes a brand, whose address is its own', async () => {
    const add = () => shop.ask('POST', '/admin/brands', { token: manager, body: { name: 'Lavazza' } });
    const { id } = (await add()).body.data;
    expect((await add()).body.error?.code).toBe('SLUG_TAKEN');
    expect((await shop.ask('DELETE', `/admin/brands/${id}`, { token: manager })).status).toBe(204);
    expect((await shop.ask('PATCH', `/admin/brands/${id}`, { token: manager, body: { name: 'X1' } })).status).toBe(404);
  });
});
