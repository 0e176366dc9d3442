import { openContext, type OpenContext } from '../../../test/support/open-context';
import { nothingReserved } from '../../../test/support/nothing-reserved';
import { CatalogPrices } from '#contracts/catalog';
import { CatalogModule } from './catalog.module';
import { brandId, categoryId } from './demo/demo-labels';
import { DemoShelves } from './demo/demo-shelves.store';
import { RepairNames } from './repair-names/repair-names.store';

let shop: OpenContext;
let manager: string;

beforeAll(async () => {
  shop = await openContext([CatalogModule], ['catalog'], [nothingReserved]);
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
  it('puts the product on the shelf at once, so that customers find it', async () => {
    const reply = await create({ name: 'Trà bí đao hạt chia', translations: { en: { name: 'Winter melon tea' } } });
    expect(reply.status).toBe(201);
    const { id, slug, version, variants } = reply.body.data;
    expect([slug, version, reply.headers.etag]).toEqual(['tra-bi-dao-hat-chia', 1, expect.stringMatching(/^"1-\w+"$/)]);
    expect(variants.map(({ price }: { price: { amount: number } }) => price.amount)).toEqual([45_000, 53_000]);
    const found = await shop.ask('GET', '/search?q=bi%20dao');
    expect(found.body.data[0].id).toBe(id);
    expect((await shop.ask('GET', '/products?limit=1')).body.data[0].id).toBe(id);
    const [messages] = await shop.database.admin<{ n: number }>(
      `select count(*)::int as n from catalog.outbox where body->>'productId' = $1`,
      [id],
    );
    expect(messages.n).toBe(2);
  });
  it('stores texts as they were sent, and shows only the allowed HTML', async () => {
    const odd = {
      name: '  <b>Cà phê</b> & "bánh" ',
      story: '<p onclick="x()">Ngon <script>alert(1)</script><b>lắm</b></p>',
    };
    const { data } = (await create(odd)).body;
    expect([data.name, data.story]).toEqual([odd.name, odd.story]);
    const shown = (await shop.ask('GET', `/products/${data.id}`)).body.data;
    expect([shown.name, shown.story]).toEqual([odd.name, '<p>Ngon <b>lắm</b></p>']);
  });
  it('reports all faults at once', async () => {
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
    ['a price of zero', { basePrice: 0 }, ['basePrice']],
    ['a price with a fraction', { basePrice: 1.5 }, ['basePrice']],
    ['a price that is a string', { basePrice: '45000' }, ['basePrice']],
    ['an unknown category', { categoryId: brandId('x') }, ['categoryId']],
    ['a name that is too long', { name: 'x'.repeat(256) }, ['name']],
  ])('refuses %s', async (_, more, wrong) => expect(fields(await create(more))).toEqual(wrong));
  it('is refused without the permission', async () => {
    expect((await shop.ask('POST', '/admin/products', { body })).status).toBe(401);
    expect((await create({}, await shop.token('customer'))).status).toBe(403);
    expect((await create({}, await shop.token('barista'))).status).toBe(403);
  });
  it('accepts a SKU only once', async () => {
    const variants = body.variants.map((variant, index) => ({ ...variant, sku: `ONLY-${index}` }));
    expect((await create({ variants })).status).toBe(201);
    const again = await create({ variants });
    expect([again.status, again.body.error?.code]).toEqual([409, 'SKU_TAKEN']);
  });
  it('shows a draft to customers only after it is published', async () => {
    const { data } = (await create({ name: 'Bản nháp', status: 'draft' })).body;
    expect((await shop.ask('GET', `/products/${data.id}`)).status).toBe(404);
    const ready = await shop.ask('PATCH', `/admin/products/${data.id}`, { token: manager, body: { status: 'active' } });
    expect(ready.status).toBe(200);
    expect((await shop.ask('GET', `/products/${data.id}`)).status).toBe(200);
  });
});

describe('Editing a product', () => {
  it('changes only the fields that are sent, and only if the caller has seen the current version', async () => {
    const { data } = (await create({ name: 'Món để sửa' })).body;
    const path = `/admin/products/${data.id}`;
    const edit = (change: object, seen?: string) =>
      shop.ask('PATCH', path, { token: manager, body: change, headers: seen ? { 'if-match': seen } : {} });
    await shop.ask('GET', `/products/${data.id}`);
    const edited = await edit({ basePrice: 50_000 }, '"1"');
    expect([edited.status, edited.headers.etag]).toEqual([200, expect.stringMatching(/^"2-\w+"$/)]);
    const shown = (await shop.ask('GET', `/products/${data.id}`)).body.data;
    expect([shown.name, shown.variants[1].price.amount]).toEqual(['Món để sửa', 58_000]);
    for (const oldTag of ['"1"', '"1", "3"', 'W/"2"', '"x"'])
      expect([oldTag, (await edit({ basePrice: 51_000 }, oldTag)).status]).toEqual([oldTag, 412]);
    for (const matchingTag of ['"2", "3"', '"1","2"', '*'])
      expect([matchingTag, (await edit({ basePrice: 50_000 }, matchingTag)).status]).toEqual([matchingTag, 200]);
    const zeroPriced = body.variants.map(({ name, type }) => ({ name, type, priceAdjustment: -1 }));
    expect(fields(await edit({ basePrice: 1, variants: zeroPriced }))).toEqual([
      'variants.0.priceAdjustment',
      'variants.1.priceAdjustment',
    ]);
  });
  it('retires variants that an edit leaves out; if they are added again, they have the same ids', async () => {
    const { data } = (await create({ name: 'Món đổi cỡ' })).body;
    const path = `/admin/products/${data.id}`;
    const [m, l] = data.variants;
    const setVariants = async (variants: object[]) =>
      (await shop.ask('PATCH', path, { token: manager, body: { variants } })).body.data;
    const xl = { name: 'XL', type: 'size', priceAdjustment: 12_000, stock: 4 };
    const changed = await setVariants([{ name: 'M', type: 'size' }, xl]);
    expect(changed.variants.map(({ id }: { id: string }) => id)).toEqual([m.id, expect.not.stringMatching(l.id)]);
    const back = await setVariants([
      { name: 'M', type: 'size' },
      { name: 'L', type: 'size' },
    ]);
    expect(back.variants.map(({ id }: { id: string }) => id)).toEqual([m.id, l.id]);
    expect((await shop.ask('GET', `/products/${data.id}`)).body.data.variants.length).toBe(2);
  });
  it('changes neither the product nor its version when the product is sent back as it was read', async () => {
    const modifiers = [
      {
        name: 'Đường',
        nameEn: 'Sugar',
        min: 1,
        options: [
          { name: 'Đủ', nameEn: 'Full', default: true },
          { name: 'Ít', price: { amount: 2_000, currency: 'VND' } },
        ],
      },
    ];
    const translations = { en: { name: 'Read and sent back', description: 'A drink that is sent back as it was.' } };
    const { data } = (await create({ name: 'Món đọc rồi gửi lại', modifiers, translations, story: '<p>x</p>' })).body;
    const path = `/admin/products/${data.id}`;
    const read = (await shop.ask('GET', path, { token: manager })).body.data;
    expect(read.modifiers[0]).toMatchObject({ nameEn: 'Sugar', options: [{ nameEn: 'Full' }, { nameEn: null }] });
    for (const body of [read, {}, { basePrice: read.basePrice.amount }]) {
      const back = await shop.ask('PATCH', path, { token: manager, body });
      expect([back.status, back.headers.etag, back.body.data]).toEqual([200, expect.stringMatching(/^"1-\w+"$/), read]);
    }
    read.modifiers[0].options[1].price = 3_000;
    read.modifiers[0].name = 'Độ ngọt';
    const changed = (await shop.ask('PATCH', path, { token: manager, body: read })).body.data;
    expect(changed.version).toBe(2);
    expect(changed.modifiers).toEqual([
      {
        ...read.modifiers[0],
        options: [
          read.modifiers[0].options[0],
          { ...read.modifiers[0].options[1], price: { amount: 3_000, currency: 'VND' } },
        ],
      },
    ]);
    const strange = { ...read, variants: [{ ...read.variants[0], id: data.id }, read.variants[1]] };
    expect(fields(await shop.ask('PATCH', path, { token: manager, body: strange }))).toContain('variants.0.id');
    const dollars = { basePrice: { amount: 5, currency: 'USD' } };
    const refused = await shop.ask('PATCH', path, { token: manager, body: dollars });
    expect(refused.body.error?.details).toEqual([{ field: 'basePrice', message: expect.stringContaining('VND') }]);
  });
  it('refuses a changed id, slug, category or brand, and ignores computed fields', async () => {
    const { data } = (await create({ name: 'Món không đổi tên' })).body;
    const path = `/admin/products/${data.id}`;
    const patch = (sent: object) => shop.ask('PATCH', path, { token: manager, body: sent });
    const other = { id: data.brandId, slug: 'khac', name: 'Khác' };
    for (const [field, value, current] of [
      ['id', data.brandId, data.id],
      ['slug', 'another', data.slug],
      ['slug', null, data.slug],
      ['category', other, data.category.slug],
      ['category', { ...data.category, name: 'Khác' }, data.category.name],
      ['brand', other, data.brand.slug],
    ]) {
      const reply = await patch({ [field]: value, featured: true });
      expect([field, reply.status, reply.body.error?.details]).toEqual([
        ...[field, 400],
        [{ field, message: expect.stringContaining(current) }],
      ]);
    }
    const [m, l] = data.variants;
    const derived = {
      version: 77,
      price: { amount: 1, currency: 'VND' },
      createdAt: '2020-01-01T00:00:00Z',
      updatedAt: '2020-01-01T00:00:00Z',
      variants: [{ ...m, available: 999, price: { amount: 2, currency: 'VND' } }, l],
    };
    const passed = await patch({ ...derived, id: data.id.toUpperCase(), slug: data.slug.toUpperCase() });
    expect([passed.status, passed.body.data]).toEqual([200, data]);
    expect((await shop.ask('GET', path, { token: manager })).body.data).toEqual(data);
  });
  it.each(['categoryId', 'brandId'])('refuses null for %s', async (field) => {
    const { data } = (await create({ name: `Món không thể thiếu ${field}` })).body;
    const path = `/admin/products/${data.id}`;
    const response = await shop.ask('PATCH', path, { token: manager, body: { [field]: null } });
    expect([response.status, response.body.error?.code, fields(response)]).toEqual([400, 'VALIDATION_ERROR', [field]]);
    expect((await shop.ask('GET', path, { token: manager })).body.data).toEqual(data);
  });
  it('clears a field that is sent as null', async () => {
    const more = {
      translations: { en: { name: 'To be cleared', description: 'English that will be cleared.' } },
      imageUrl: 'https://cdn.example.com/a.webp',
      story: '<p>x</p>',
      featured: true,
      modifiers: [{ name: 'Đá', nameEn: 'Ice', options: [{ name: 'Ít', nameEn: 'Less', price: 5 }] }],
    };
    const { data } = (await create({ name: 'Món để xoá bớt', ...more })).body;
    const edit = async (body: object) =>
      (await shop.ask('PATCH', `/admin/products/${data.id}`, { token: manager, body })).body.data;
    expect((await edit({ translations: { en: { name: null } } })).translations.en).toEqual({
      name: null,
      description: more.translations.en.description,
    });
    expect((await edit({ translations: null })).translations.en).toEqual({ name: null, description: null });
    const group = data.modifiers[0];
    const options = [{ ...group.options[0], nameEn: null, price: null }];
    const cleared = await edit({ modifiers: [{ ...group, nameEn: null, options }] });
    expect(cleared.modifiers[0]).toMatchObject({
      id: group.id,
      nameEn: null,
      options: [{ nameEn: null, price: { amount: 0 } }],
    });
    const rest = await edit({ imageUrl: null, story: null, featured: null, modifiers: null });
    expect(rest).toMatchObject({ imageUrl: null, story: null, featured: false, modifiers: [] });
  });
  it('keeps the fields of an existing variant that are not sent', async () => {
    const variants = [{ ...body.variants[0], nameEn: 'Medium' }, body.variants[1]];
    const { data } = (await create({ name: 'Món sửa một phần', variants })).body;
    const [m, l] = data.variants;
    const part = ({ id, name, type }: { id: string; name: string; type: string }) => ({ id, name, type });
    const sent = { variants: [part(m), { ...part(l), name: 'Lớn' }] };
    const edited = await shop.ask('PATCH', `/admin/products/${data.id}`, { token: manager, body: sent });
    expect(edited.body.data.variants).toEqual([m, { ...l, name: 'Lớn' }]);
  });
  it('lets two variants exchange their SKUs, and reports both to inventory in one message', async () => {
    const { data } = (await create({ name: 'Món đổi mã' })).body;
    const [m, l] = data.variants;
    const sent = {
      variants: [
        { ...m, sku: l.sku.toLowerCase() },
        { ...l, sku: m.sku },
      ],
    };
    const edited = await shop.ask('PATCH', `/admin/products/${data.id}`, { token: manager, body: sent });
    expect(edited.body.data.variants).toMatchObject([
      { id: m.id, sku: l.sku },
      { id: l.id, sku: m.sku },
    ]);
    const messages = await shop.database.admin<{ body: { variants: object[] } }>(
      `select body from catalog.outbox where type = 'catalog.variants-renamed.v1' and key = $1`,
      [data.id],
    );
    expect(messages.map((one) => one.body.variants)).toEqual([
      [
        { variantId: m.id, was: m.sku, sku: l.sku },
        { variantId: l.id, was: l.sku, sku: m.sku },
      ],
    ]);
  });
  it('removes a product from the shelf and puts it into the archive', async () => {
    const { data } = (await create({ name: 'Món sắp bỏ' })).body;
    await shop.ask('GET', `/products/${data.slug}`);
    expect((await shop.ask('DELETE', `/admin/products/${data.id}`, { token: manager })).status).toBe(204);
    expect((await shop.ask('GET', `/products/${data.slug}`)).status).toBe(404);
    expect((await shop.ask('DELETE', `/admin/products/${data.id}`, { token: manager })).status).toBe(404);
  });
});

describe('The archive', () => {
  const archive = async (id: string) =>
    expect((await shop.ask('DELETE', `/admin/products/${id}`, { token: manager })).status).toBe(204);
  const restore = (id: string, request: object = {}) =>
    shop.ask('POST', `/admin/products/${id}/restore`, { token: manager, body: request });
  const listed = async (status: string) =>
    (await shop.ask('GET', `/admin/products?limit=100&status=${status}`, { token: manager })).body.data.map(
      ({ id }: { id: string }) => id,
    );

  it('lists archived products, and restores a product unchanged', async () => {
    const { data } = (await create({ name: 'Món cất kho' })).body;
    await archive(data.id);
    expect(await listed('archived')).toContain(data.id);
    expect(await listed('published')).not.toContain(data.id);
    const read = (await shop.ask('GET', `/admin/products/${data.id}`, { token: manager })).body.data;
    expect(read.status).toBe('archived');
    const back = await restore(data.id);
    expect(back.status).toBe(200);
    expect(back.body.data).toEqual({ ...data, version: 3, updatedAt: expect.any(String) });
    expect((await restore(data.id)).body.data.version).toBe(3);
    const shown = (await shop.ask('GET', `/products/${data.slug}`)).body.data;
    expect(shown.variants.map(({ id }: { id: string }) => id)).toEqual(
      data.variants.map(({ id }: { id: string }) => id),
    );
    expect((await shop.ask('GET', '/admin/products?status=sold', { token: manager })).status).toBe(400);
    expect((await restore(data.categoryId)).status).toBe(404);
    const stranger = { token: await shop.token('barista'), body: {} };
    expect((await shop.ask('POST', `/admin/products/${data.id}/restore`, stranger)).status).toBe(403);
  });
  it('frees the SKUs of its products; a product whose SKUs are taken needs new SKUs to be restored', async () => {
    const variants = body.variants.map((variant, index) => ({ ...variant, sku: `FREED-${index}` }));
    const old = (await create({ name: 'Món nhường mã', sku: 'freed', variants })).body.data;
    expect((await create({ name: 'Món lấy mã', variants })).body.error?.code).toBe('SKU_TAKEN');
    await archive(old.id);
    const successor = await create({ name: 'Món lấy mã', sku: 'FREED', variants });
    expect(successor.status).toBe(201);
    const refused = await restore(old.id);
    expect([refused.status, refused.body.error?.code]).toEqual([409, 'SKU_TAKEN']);
    expect(fields(refused)).toEqual(['sku', 'variants.0.sku', 'variants.1.sku']);
    const newSkus = [{ id: old.variants[0].id, sku: 'OTHER-0' }];
    const back = await restore(old.id, { sku: 'other', variants: newSkus });
    expect(back.status).toBe(200);
    expect(back.body.data.variants.map(({ id, sku }: { id: string; sku: string }) => [id, sku])).toEqual([
      [old.variants[0].id, 'OTHER-0'],
      [old.variants[1].id, 'OTHER-L'],
    ]);
  });
  it('names the faulty field of the request', async () => {
    const variants = body.variants.map((variant, index) => ({ ...variant, sku: `WISH-${index}` }));
    const old = (await create({ name: 'Món để ước', sku: 'wish', variants })).body.data;
    const other = (await create({ name: 'Món khác hẳn', sku: 'else' })).body.data;
    const [m, l] = old.variants;
    await archive(old.id);
    await create({ name: 'Món thừa kế', sku: 'wish', variants });
    const faultyFields = async (request: object) => fields(await restore(old.id, request));
    const sku = 'WISH-NEW';
    expect(await faultyFields({ variants: [{ id: other.variants[0].id, sku }] })).toEqual(['variants.0.id']);
    expect(await faultyFields({ variants: [{ id: m.id, sku }, { id: m.id, sku: 'WISH-NEWER' }] })).toEqual(['variants.1.id']); // prettier-ignore
    expect(await faultyFields({ variants: [{ id: l.id, sku }, { id: m.id, sku }] })).toEqual(['variants.1.sku']); // prettier-ignore
    expect(await faultyFields({ variants: [{ id: l.id, sku: m.sku }] })).toEqual(['variants.0.sku']);
    expect(await faultyFields({ sku: 'wish-2', variants: [{ id: l.id, sku: other.variants[0].sku }] })).toEqual(['variants.0.sku']); // prettier-ignore
    // Two SKUs are taken: the product's own SKU (the stem), and the SKU of the variant that is not in the request.
    expect(await faultyFields({ variants: [{ id: l.id, sku }] })).toEqual(['sku', 'sku']);
    const request = { sku: 'wish-2', variants: [{ id: l.id, sku }] };
    const back = await restore(old.id, request);
    expect([back.status, back.body.data.variants[1].sku]).toEqual([200, sku]);
    expect([(await restore(old.id, request)).status, (await restore(old.id)).status]).toEqual([200, 200]);
    const another = await restore(old.id, { sku: 'OTHER' });
    expect([another.status, another.body.error?.code]).toEqual([409, 'NOT_ARCHIVED']);
  });
  it('keeps a product whose category or brand was deleted; to restore it, staff choose another one', async () => {
    const add = async (kind: string, name: string) =>
      (await shop.ask('POST', `/admin/${kind}`, { token: manager, body: { name } })).body.data.id;
    const labels = { categoryId: await add('categories', 'Sắp đóng'), brandId: await add('brands', 'Sắp nghỉ') };
    const { data } = (await create({ name: 'Món mồ côi', ...labels })).body;
    await archive(data.id);
    for (const path of [`/admin/categories/${labels.categoryId}`, `/admin/brands/${labels.brandId}`])
      expect((await shop.ask('DELETE', path, { token: manager })).status).toBe(204);
    const read = (await shop.ask('GET', `/admin/products/${data.id}`, { token: manager })).body.data;
    expect([read.category, read.brandId]).toEqual([null, null]);
    expect((await shop.ask('PATCH', `/admin/products/${data.id}`, { token: manager, body: read })).body.data).toEqual(
      read,
    );
    const refused = await restore(data.id);
    expect([refused.status, refused.body.error?.code, fields(refused)]).toEqual([
      409,
      'LABEL_GONE',
      ['categoryId', 'brandId'],
    ]);
    const back = await restore(data.id, { categoryId: body.categoryId, brandId: body.brandId });
    expect([back.status, back.body.data.status]).toEqual([200, 'published']);
  });
  it('still gives carts the names of its products', async () => {
    const { data } = (await create({ name: 'Món trong giỏ', translations: { en: { name: 'In a cart' } } })).body;
    const [m, l] = data.variants;
    const more = { name: 'XL', type: 'size', stock: 1 };
    await shop.ask('PATCH', `/admin/products/${data.id}`, { token: manager, body: { variants: [l, more] } });
    const ask = async () =>
      shop.app.get(CatalogPrices, { strict: false }).price([{ variantId: m.id, quantity: 1, modifiers: [] }], 'en');
    const unsold = [{ code: 'VARIANT_UNAVAILABLE', known: { name: 'In a cart – M', sku: m.sku, available: 0 } }];
    expect(await ask()).toMatchObject(unsold);
    await archive(data.id);
    expect(await ask()).toMatchObject(unsold);
  });
  it('also frees the SKU of a variant that an edit left out', async () => {
    const { data } = (await create({ name: 'Món bớt cỡ' })).body;
    const [m, l] = data.variants;
    const more = { name: 'XL', type: 'size', stock: 1 };
    await shop.ask('PATCH', `/admin/products/${data.id}`, { token: manager, body: { variants: [m, more] } });
    const variants = [{ ...body.variants[0], sku: l.sku }, body.variants[1]];
    expect((await create({ name: 'Món dùng lại mã', variants })).status).toBe(201);
  });
});

describe('Slugs and SKUs', () => {
  it.each(['Popular', 'POPULAR', '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071'])(
    'a product with the name %s is found by its slug',
    async (name) => {
      const { data } = (await create({ name })).body;
      expect((await shop.ask('GET', `/products/${data.slug}`)).body.data.id).toBe(data.id);
    },
  );
  it('no slug and no SKU looks like an id', async () => {
    const name = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6072';
    const { data } = (await shop.ask('POST', '/admin/brands', { token: manager, body: { name } })).body;
    expect(data.slug).not.toBe(name);
    const chosen = await shop.ask('POST', '/admin/categories', { token: manager, body: { name: 'Lạ', slug: name } });
    expect([chosen.status, fields(chosen), chosen.body.error?.code]).toEqual([400, ['slug'], 'VALIDATION_ERROR']);
    const sku = await create({ variants: [{ ...body.variants[0], sku: name }, body.variants[1]] });
    expect([sku.status, fields(sku)]).toEqual([400, ['variants.0.sku']]);
  });
  it('two products with the same very long name get different SKUs', async () => {
    const long = 'a'.repeat(60);
    const made = [await create({ name: long }), await create({ name: long }), await create({ name: `${long}b` })];
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201]);
    const skus = made.flatMap((reply) => reply.body.data.variants.map(({ sku }: { sku: string }) => sku));
    expect(new Set(skus).size).toBe(6);
    for (const sku of skus) expect(sku).toMatch(/^A{40}-[ML](-\d)?$/);
  });
  it('a SKU is taken in upper and lower case', async () => {
    const createWithSku = (sku: string) => create({ variants: [{ ...body.variants[0], sku }, body.variants[1]] });
    expect((await createWithSku('case-x')).body.data.variants[0].sku).toBe('CASE-X');
    expect((await createWithSku('Case-X')).body.error?.code).toBe('SKU_TAKEN');
  });
  it('slugs and SKUs from an older build are corrected at the start', async () => {
    const { data } = (await create({ name: 'Món cũ kỹ' })).body;
    const [m] = data.variants;
    await shop.database.admin(`update catalog.products set slug = 'popular', sku = 'old-stem' where id = $1`, [
      data.id,
    ]);
    await shop.database.admin(`update catalog.shelf set slug = 'popular' where product_id = $1`, [data.id]);
    await shop.database.admin(`update catalog.variants set sku = 'old-m', named = 0 where id = $1`, [m.id]);
    const mend = shop.app.get(RepairNames, { strict: false });
    await mend.seed();
    const read = async () => (await shop.ask('GET', `/admin/products/${data.id}`, { token: manager })).body.data;
    const mended = await read();
    expect([mended.slug, mended.sku, mended.variants[0].sku]).toEqual([
      `popular-${data.id.slice(-6)}`,
      'OLD-STEM',
      'OLD-M',
    ]);
    expect((await shop.ask('GET', `/products/${mended.slug}`)).body.data.id).toBe(data.id);
    await mend.seed();
    expect(await read()).toEqual(mended);
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
  it('accepts a category or brand as it was read, and changes nothing', async () => {
    for (const [kind, make] of [
      ['categories', { name: 'Đọc lại', nameEn: 'Read again', description: 'x', position: 3 }],
      ['brands', { name: 'Đọc lại', description: 'x' }],
    ] as const) {
      const { id } = (await shop.ask('POST', `/admin/${kind}`, { token: manager, body: make })).body.data;
      const path = `/admin/${kind}/${id}`;
      const read = (await shop.ask('GET', path, { token: manager })).body.data;
      expect((await shop.ask('GET', `/admin/${kind}`, { token: manager })).body.data).toContainEqual(read);
      for (const sent of [read, {}])
        expect((await shop.ask('PATCH', path, { token: manager, body: sent })).body.data).toEqual(read);
      const nulls = kind === 'brands' ? { description: null } : { description: null, nameEn: null, position: null };
      const cleared = (await shop.ask('PATCH', path, { token: manager, body: nulls })).body.data;
      expect(cleared).toMatchObject({ ...nulls, ...('position' in nulls && { position: 0 }), version: 2 });
    }
  });
  it('returns the new category or brand, and its location', async () => {
    for (const [kind, more] of [
      ['categories', { nameEn: null, position: 0 }],
      ['brands', {}],
    ] as const) {
      const made = await shop.ask('POST', `/admin/${kind}`, { token: manager, body: { name: 'Chỉ có tên' } });
      expect(made.body.data).toMatchObject({ description: null, ...more });
      const there = made.headers.location!.replace('/api/v1', '');
      expect((await shop.ask('GET', there, { token: manager })).body.data).toEqual(made.body.data);
      const strange = { token: manager, body: { id: body.brandId, description: 'x' } };
      expect(fields(await shop.ask('PATCH', there, strange))).toEqual(['id']);
    }
    const draft = await create({ name: 'Món nháp có chỗ', status: 'draft' });
    const there = draft.headers.location!.replace('/api/v1', '');
    expect((await shop.ask('GET', there, { token: manager })).body.data).toEqual(draft.body.data);
  });
  it('finds a category or brand by its slug in upper and lower case', async () => {
    const slug = 'coffee-espresso';
    for (const list of ['/products?limit=3&', '/products/popular?limit=3&', '/search?q=ca+phe&limit=3&']) {
      const plain = (await shop.ask('GET', `${list}category=${slug}`)).body.data;
      expect(plain).toHaveLength(3);
      expect((await shop.ask('GET', `${list}category=${slug.toUpperCase()}`)).body.data).toEqual(plain);
    }
    const ofBrand = (await shop.ask('GET', '/products?brand=goc-pho')).body.data;
    expect(ofBrand.length).toBeGreaterThan(0);
    expect((await shop.ask('GET', '/products?brand=Goc-Pho')).body.data).toEqual(ofBrand);
    const added = { token: manager, body: { name: 'Chữ hoa', slug: 'Chu-Hoa' } };
    expect((await shop.ask('POST', '/admin/brands', added)).body.data.slug).toBe('chu-hoa');
  });
  it('accepts the examples of the OpenAPI document', async () => {
    const document = (await shop.app.inject({ url: '/docs/openapi.json' })).json<{ paths: Record<string, any> }>();
    const example = (path: string, method: string) => {
      const { content } = document.paths[`/api/v1/admin/${path}`][method].requestBody;
      return content['application/json'].example;
    };
    const send = async (method: 'POST' | 'PATCH', path: string, kind: string) => {
      const reply = await shop.ask(method, `/admin/${path}`, {
        token: manager,
        body: example(kind, method.toLowerCase()),
      });
      expect([kind, reply.status, reply.body.error]).toEqual([kind, method === 'POST' ? reply.status : 200, undefined]);
      return reply.body.data.id;
    };
    for (const kind of ['categories', 'brands'])
      await send('PATCH', `${kind}/${await send('POST', kind, kind)}`, `${kind}/{id}`);
    const { data } = (await create({ name: 'Món ví dụ' })).body;
    await send('PATCH', `products/${data.id}`, 'products/{id}');
    await shop.ask('DELETE', `/admin/products/${data.id}`, { token: manager });
    await send('POST', `products/${data.id}/restore`, 'products/{id}/restore');
  });
  it('adds and removes a brand, and refuses a second brand with the same slug', async () => {
    const add = () => shop.ask('POST', '/admin/brands', { token: manager, body: { name: 'Lavazza' } });
    const { id } = (await add()).body.data;
    expect((await add()).body.error?.code).toBe('SLUG_TAKEN');
    expect((await shop.ask('DELETE', `/admin/brands/${id}`, { token: manager })).status).toBe(204);
    expect((await shop.ask('PATCH', `/admin/brands/${id}`, { token: manager, body: { name: 'X1' } })).status).toBe(404);
  });
});
