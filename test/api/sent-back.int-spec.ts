import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CartModule } from '#modules/cart';
import { CatalogModule } from '#modules/catalog';
import { CustomersModule } from '#modules/customers';
import { InventoryModule } from '#modules/inventory';
import { brandId, categoryId } from '../../libs/catalog/src/demo/demo-labels';
import { DemoShelves } from '../../libs/catalog/src/demo/demo-shelves.store';
import { eventually } from '../support/eventually';
import { openContext, type OpenContext } from '../support/open-context';

interface Editable {
  /** The path of the edit. */
  readonly path: string;
  /** The path for reading, if it differs from `path`. */
  readonly readFrom?: string;
  readonly token: string;
  /** The part of the answer that is sent back; by default all of it. */
  readonly part?: (data: any) => any;
  /** The edit answers with the whole resource, not only with the edited part. */
  readonly answersAll?: true;
}

const editedByStaff = async (path: string): Promise<Editable> => ({ path, token: staff });

/** One resource of each kind that can be edited. */
const editables: Readonly<Record<string, () => Promise<Editable>>> = {
  'PATCH /api/v1/admin/products/{id}': async () => editedByStaff(`/admin/products/${(await product()).id}`),
  'PATCH /api/v1/admin/categories/{id}': () => editedByStaff(`/admin/categories/${categoryId('coffee-espresso')}`),
  'PATCH /api/v1/admin/brands/{id}': () => editedByStaff(`/admin/brands/${brandId('goc-pho')}`),
  'PUT /api/v1/admin/inventory/{sku}': async () => {
    return editedByStaff(`/admin/inventory/${(await product()).variants[0].sku}`);
  },
  'PATCH /api/v1/users/me': async () => ({ path: '/users/me', token: customer }),
  'PATCH /api/v1/users/me/addresses/{id}': async () => {
    const readFrom = '/users/me/addresses';
    const body = { recipient: 'An', phone: '0901234567', line1: '12 Lê Lợi', city: 'Huế', label: 'Nhà' };
    const { id } = (await shop.ask('POST', readFrom, { token: customer, body })).body.data;
    const part = (all: { id: string }[]) => all.find((one) => one.id === id);
    return { path: `${readFrom}/${id}`, readFrom, token: customer, part };
  },
  'PATCH /api/v1/cart/items/{lineId}': async () => {
    const [{ id: variantId }] = (await product()).variants;
    const body = { variantId, quantity: 2 };
    const { lines } = (await shop.ask('POST', '/cart/items', { token: customer, body })).body.data;
    return {
      ...{ path: `/cart/items/${lines[0].id}`, readFrom: '/cart', token: customer, answersAll: true },
      part: (cart) => cart.lines[0],
    };
  },
};

async function product() {
  const all = (await shop.ask('GET', '/products?limit=20&sort=popular')).body.data;
  const withModifiers = all.find(({ modifiers }: { modifiers: unknown[] }) => modifiers.length > 0);
  return (await shop.ask('GET', `/admin/products/${withModifiers.id}`, { token: staff })).body.data;
}

type Paths = Record<string, Record<string, { requestBody?: object }>>;

const editsIn = (paths: Paths): string[] =>
  Object.entries(paths).flatMap(([path, operations]) =>
    ['patch', 'put']
      .filter((method) => operations[method]?.requestBody)
      .map((method) => `${method.toUpperCase()} ${path}`),
  );

let shop: OpenContext;
let staff: string;
let customer: string;

beforeAll(async () => {
  const modules = [CatalogModule, InventoryModule, CustomersModule, CartModule];
  shop = await openContext(modules, ['catalog', 'inventory', 'customers', 'cart']);
  await shop.app.get(DemoShelves, { strict: false }).seed();
  staff = await shop.token('manager');
  customer = await shop.token('customer', { name: 'Nguyễn Thị An', locale: 'vi' });
}, 120_000);
afterAll(() => shop.close());

describe('A body that was read', () => {
  it('is tested here for every resource that can be edited', async () => {
    const agreed = JSON.parse(readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8')) as { paths: Paths };
    const served = (await shop.app.inject({ url: '/docs/openapi.json' })).json<{ paths: Paths }>();
    const all = new Set([...editsIn(agreed.paths), ...editsIn(served.paths)]);
    expect([...all].sort()).toEqual(Object.keys(editables).sort());
  });

  it.each(Object.keys(editables))('can be sent back with %s, and then nothing changes', async (edit) => {
    const method = edit.split(' ')[0] as 'PATCH' | 'PUT';
    const { path, readFrom = path, token, part = (all: object) => all, answersAll } = await editables[edit]();
    const read = () => shop.ask('GET', readFrom, { token });
    const before = await read();
    const body = part(before.body.data);
    const { etag } = before.headers;
    expect(before.status).toBe(200);
    if (before.body.data.version !== undefined)
      expect(etag).toMatch(new RegExp(`^"${before.body.data.version}(-\\w+)?"$`));
    const seen: Record<string, string>[] = etag ? [{ 'if-match': etag }] : [];
    for (const headers of [{}, ...seen]) {
      const response = await shop.ask(method, path, { token, body, headers });
      expect([response.status, response.body.data]).toEqual([200, answersAll ? before.body.data : body]);
      expect((await read()).headers.etag).toEqual(etag);
    }
    const withUnknownField = await shop.ask(method, path, { token, body: { ...body, colour: 'red' } });
    expect(withUnknownField.body.error?.details?.map(({ field }) => field)).toEqual(['colour']);
    if (body.id !== undefined) {
      const other = await shop.ask(method, path, {
        token,
        body: { ...body, id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071' },
      });
      expect([other.status, other.body.error?.details?.map(({ field }) => field)]).toEqual([400, ['id']]);
    }
    expect((await read()).body).toEqual(before.body);
  });
});

describe('A variant that is given another SKU', () => {
  const stock = (sku: string) => shop.ask('GET', `/admin/inventory/${sku}`, { token: staff });
  const count = (sku: string, onHand: number) =>
    shop.ask('PUT', `/admin/inventory/${sku}`, { token: staff, body: { onHand } });
  const edit = (id: string, variants: object[]) =>
    shop.ask('PATCH', `/admin/products/${id}`, { token: staff, body: { variants } });

  it('keeps its stock under its new SKU, also when two variants exchange SKUs', async () => {
    const { id, variants } = await product();
    const [m, l] = variants;
    expect((await count(m.sku, 7)).status).toBe(200);
    expect((await count(l.sku, 11)).status).toBe(200);
    expect((await edit(id, [{ ...m, sku: l.sku }, { ...l, sku: m.sku }, ...variants.slice(2)])).status).toBe(200);
    expect([(await stock(l.sku)).body.data.onHand, (await stock(m.sku)).body.data.onHand]).toEqual([7, 11]);
    expect((await count(m.sku.toLowerCase(), 12)).body.data).toMatchObject({ sku: m.sku, onHand: 12 });
    await eventually(async () =>
      expect((await shop.ask('GET', `/products/${id}`)).body.data.variants.slice(0, 2)).toMatchObject([
        { id: m.id, sku: l.sku, available: 7 },
        { id: l.id, sku: m.sku, available: 12 },
      ]),
    );
  });

  it('is found by its new SKU as soon as the edit is answered', async () => {
    const { id, variants } = await product();
    let [one, two] = variants as { id: string; sku: string }[];
    const wrong: unknown[] = [];
    for (let n = 1; n <= 20; n++) {
      const [before, after] = [one, { ...one, sku: two.sku }];
      two = { ...two, sku: before.sku };
      one = after;
      expect((await edit(id, [one, two, ...variants.slice(2)])).status).toBe(200);
      const counted = await count(one.sku, 100 + n);
      const request = { token: staff, body: { delta: n, reason: 'New bags' } };
      const adjusted = await shop.ask('POST', `/admin/inventory/${one.sku}/adjustments`, request);
      const [row] = await shop.database.admin<{ on_hand: number }>(
        'select on_hand from inventory.stock where variant_id = $1',
        [one.id],
      );
      const seen = [counted.status, counted.body.data?.sku, adjusted.status, adjusted.body.data?.onHand, row.on_hand];
      const right = [200, one.sku, 200, 100 + 2 * n, 100 + 2 * n];
      if (JSON.stringify(seen) !== JSON.stringify(right)) wrong.push(seen);
    }
    expect(wrong).toEqual([]);
  });

  it('can leave its old SKU to a new variant, and a new product has stock at once', async () => {
    const { id, variants } = await product();
    const [m, ...others] = variants;
    await count(m.sku, 21);
    const newVariant = { name: 'Cỡ kế thừa', type: 'size', sku: m.sku, stock: 4 };
    const edited = await edit(id, [{ ...m, sku: `${m.sku}-OLD` }, ...others, newVariant]);
    expect(edited.status).toBe(200);
    expect([(await stock(m.sku)).body.data?.onHand, (await stock(`${m.sku}-OLD`)).body.data?.onHand]).toEqual([4, 21]);
    const place = { categoryId: categoryId('coffee-espresso'), brandId: brandId('goc-pho') };
    const body = { name: 'Món có kho ngay', description: 'Một món để thử kho.', basePrice: 9_000, ...place };
    const sizes = ['A', 'B'].map((name) => ({ name, type: 'size', stock: 6, sku: `AT-ONCE-${name}` }));
    expect(
      (await shop.ask('POST', '/admin/products', { token: staff, body: { ...body, variants: sizes } })).status,
    ).toBe(201);
    expect((await count('AT-ONCE-B', 8)).body.data).toMatchObject({ sku: 'AT-ONCE-B', onHand: 8 });
    expect((await stock('AT-ONCE-A')).body.data?.onHand).toBe(6);
  });

  it('can get a stock count in the edit that lists it again, but not while it is listed', async () => {
    const { id, variants } = await product();
    const [m, l, ...others] = variants as { id: string; sku: string; name: string; type: string }[];
    await count(m.sku, 30);
    expect((await edit(id, [l, ...others, { name: 'Cỡ tạm', type: 'size', stock: 1 }])).status).toBe(200);
    const { name, type } = m;
    const response = await edit(id, [{ name, type, stock: 5 }, l, ...others]);
    expect(response.body.data.variants[0]).toMatchObject({ id: m.id, sku: m.sku, available: 5 });
    expect((await stock(m.sku)).body.data).toMatchObject({ onHand: 5, available: 5 });
    const refused = await edit(id, [{ ...m, stock: 7 }, l, ...others]);
    expect([refused.status, refused.body.error?.details]).toEqual([
      400,
      [{ field: 'variants.0.stock', message: expect.stringContaining(`PUT /api/v1/admin/inventory/${m.sku}`) }],
    ]);
    await edit(id, [l, ...others, { name: 'Cỡ tạm', type: 'size' }]);
    await shop.database.admin('update inventory.stock set reserved = 3 where variant_id = $1', [m.id]);
    const below = await edit(id, [{ id: m.id, name, type, stock: 2 }, l, ...others]);
    expect([below.status, below.body.error?.code]).toEqual([409, 'STOCK_BELOW_RESERVED']);
    expect((await edit(id, [{ id: m.id, name, type }, l, ...others])).status).toBe(200);
    expect((await stock(m.sku)).body.data).toMatchObject({ onHand: 5, reserved: 3 });
    await shop.database.admin('update inventory.stock set reserved = 0 where variant_id = $1', [m.id]);
  });

  it('keeps its stock while its product is archived, also when another variant gets its SKU', async () => {
    const make = async (name: string) => {
      const variants = ['A', 'B'].map((size) => ({ name: size, type: 'size', stock: 5, sku: `HEIRLOOM-${size}` }));
      const more = {
        description: 'Một món để thử kho lưu.',
        basePrice: 10_000,
        categoryId: categoryId('coffee-espresso'),
      };
      const body = { name, variants, brandId: brandId('goc-pho'), ...more };
      return (await shop.ask('POST', '/admin/products', { token: staff, body })).body.data;
    };
    const onHand = async (sku: string) =>
      (await shop.ask('GET', `/admin/inventory/${sku}`, { token: staff })).body.data?.onHand;
    const old = await make('Món đời cũ');
    expect(await onHand('HEIRLOOM-A')).toBe(5);
    await shop.ask('PUT', '/admin/inventory/HEIRLOOM-A', { token: staff, body: { onHand: 3 } });
    await shop.ask('DELETE', `/admin/products/${old.id}`, { token: staff });
    const newProduct = await make('Món đời mới');
    expect(await onHand('HEIRLOOM-A')).toBe(5);
    const response = await shop.ask('POST', `/admin/products/${old.id}/restore`, {
      token: staff,
      body: { sku: 'GRANDPA' },
    });
    expect(response.body.data.variants.map(({ sku }: { sku: string }) => sku)).toEqual(['GRANDPA-A', 'GRANDPA-B']);
    expect([await onHand('GRANDPA-A'), await onHand('HEIRLOOM-A')]).toEqual([3, 5]);
    expect(newProduct.variants[0].id).not.toBe(old.variants[0].id);
  });
});
