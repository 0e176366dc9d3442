import { randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { anonymous, expectStatus, register, listDrink, type Person } from '../support/people';
import { startShop, type Reply, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';

jest.setTimeout(30_000);

const codeOf = ({ status, body }: Reply) => [status, body.error?.code];
const fieldsOf = ({ body }: Reply): string[] => body.error.details.map(({ field }: { field: string }) => field).sort();
const unknownId = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';

describe('The conventions of the API', () => {
  let open: OpenShop;
  let shop: RunningShop;
  let admin: Person;
  let an: Person;
  beforeAll(async () => {
    open = await openShop();
    ({ shop, admin } = open);
    an = await register(shop);
  }, 240_000);
  afterAll(() => open?.close());

  describe('Answers', () => {
    it('have an envelope, money as whole đồng, times in UTC, ids as UUIDs', async () => {
      const { variantId } = await listDrink(admin, { price: 45_000 });
      const order = await an.buy(variantId, 'tok_ok');
      const seen = expectStatus(200, await an.get(`/orders/${order.id}`));
      expect(seen.body).toMatchObject({ success: true, data: { total: { amount: 45_000, currency: 'VND' } } });
      expect(order.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(order.placedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(seen.headers.get('content-type')).toContain('application/json');
      expect(seen.headers.get('x-content-type-options')).toBe('nosniff');
      expect(seen.headers.get('cache-control')).toMatch(/private|no-store/);
    });

    it('have a request id, which is the caller’s id if that id is valid', async () => {
      const ask = async (id?: string) =>
        (await shop.get('/categories', id ? { headers: { 'x-request-id': id } } : {})).headers.get('x-request-id');
      expect(await ask()).toMatch(/^[\w-]{16,64}$/);
      expect(await ask('checkout-42')).toBe('checkout-42');
      expect(await ask('not sane <script>')).not.toContain('script');
      expect(await ask('x'.repeat(300))).not.toContain('xxx');
      const failed = await shop.get('/orders/nothing', { headers: { 'x-request-id': 'checkout-43' } });
      expect(failed.body.error.requestId).toBe('checkout-43');
    });

    it('that are lists have pages with cursors, without missing or repeated rows', async () => {
      const seen: string[] = [];
      let pages = 0;
      for (let cursor: string | null | undefined; cursor !== null; pages += 1) {
        const { data, meta } = expectStatus(
          200,
          await shop.get(`/products?limit=17&sort=price${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`),
        ).body;
        expect(meta.hasMore).toBe(meta.nextCursor !== null);
        seen.push(...data.map(({ id }: { id: string }) => id));
        cursor = meta.nextCursor;
      }
      expect(seen.length).toBeGreaterThanOrEqual(60);
      expect(new Set(seen).size).toBe(seen.length);
      expect(pages).toBe(Math.ceil(seen.length / 17));
      const twenty = await shop.get('/products');
      expect(twenty.body.data).toHaveLength(20);
    });

    it('that the client already has (with the same ETag) are not sent again', async () => {
      for (const path of ['/products?limit=2', '/categories', '/products/ca-phe-sua-da']) {
        const first = await shop.get(path);
        const etag = first.headers.get('etag')!;
        expect([path, etag]).toEqual([path, expect.stringMatching(/^(W\/)?".+"$/)]);
        const again = await shop.get(path, { headers: { 'if-none-match': etag } });
        expect([path, again.status, again.body]).toEqual([path, 304, '']);
        expect((await shop.get(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
      }
      const order = await an.buy((await listDrink(admin)).variantId, 'tok_ok');
      const { headers } = await an.get(`/orders/${order.id}?minVersion=2`);
      const again = await an.get(`/orders/${order.id}`, { headers: { 'if-none-match': headers.get('etag')! } });
      expect(again.status).toBe(304);
    });

    it('to popular requests are cached from the start', async () => {
      await eventually(async () => {
        const { body } = await shop.get<string>('//metrics');
        expect(body).toMatch(/^cache_warming_age_seconds [\d.]*[1-9]/m);
        expect(body).toMatch(/^cache_warming_failures_total 0$/m);
      }, 20_000);
    });

    it('of the routes for health, keys and metrics have no envelope', async () => {
      const { body, status } = await shop.get('//health');
      expect([status, body]).toEqual([
        200,
        {
          status: 'ok',
          timestamp: expect.stringMatching(/Z$/),
          services: { database: 'healthy', 'event-log': 'healthy' },
        },
      ]);
      expect((await shop.get('//health/live')).status).toBe(200);
      expect((await shop.get('//health/ready')).status).toBe(200);
      expect((await shop.get('//.well-known/jwks.json')).body).toEqual({
        keys: [expect.objectContaining({ kty: 'EC', alg: 'ES256', use: 'sig', kid: expect.any(String) })],
      });
      const metrics = (await shop.get('//metrics')).body as string;
      for (const name of [
        'http_request_duration_seconds',
        'websocket_active_connections',
        'orders_total',
        'cache_requests_total',
        'projection_lag',
        'payments_total',
        'stock_conflicts_total',
      ])
        expect(metrics).toContain(`# TYPE ${name} `);
      expect(metrics).toMatch(
        /http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/orders\/:id",status="200"\} \d/,
      );
      expect(metrics).not.toContain(unknownId);
    });

    it('allow only the shop’s own origin, unless others are configured', async () => {
      const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
      const { headers: response } = await shop.get('/categories', { headers });
      expect(response.get('access-control-allow-origin')).toBeNull();
      const preflight = await fetch(`${shop.url}/api/v1/orders`, { method: 'OPTIONS', headers });
      expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    });
  });

  describe('Refusals', () => {
    it('name all invalid fields at once, with their paths', async () => {
      const refused = await admin.post('/admin/products', {
        body: {
          name: 'x',
          description: 'kurz',
          basePrice: 0,
          categoryId: 'none',
          colour: 'red',
          variants: [{ name: 'S', type: 'size', stock: -1 }],
        },
      });
      expect(codeOf(refused)).toEqual([400, 'VALIDATION_ERROR']);
      expect(refused.body).toEqual({
        success: false,
        error: {
          code: 'VALIDATION_ERROR',
          message: 'Invalid input data',
          details: expect.arrayContaining([{ field: 'variants.0.stock', message: expect.any(String) }]),
          requestId: refused.headers.get('x-request-id'),
        },
      });
      expect(fieldsOf(refused)).toEqual(
        expect.arrayContaining([
          'basePrice',
          'brandId',
          'categoryId',
          'colour',
          'description',
          'name',
          'variants',
          'variants.0.stock',
        ]),
      );
    });

    it.each([
      ['/products?limit=0', ['limit']],
      ['/products?limit=101', ['limit']],
      ['/products?limit=ten', ['limit']],
      ['/products?colour=red', ['colour']],
      ['/products?sort=random', ['sort']],
      ['/products?cursor=abc', ['cursor']],
      ['/products?minPrice=-1&maxPrice=1.5', ['maxPrice', 'minPrice']],
      ['/search', ['q']],
      ['/categories?x=1', ['x']],
      ['/orders/not-an-id', ['id']],
    ])('for %s have %j', async (path, fields) => {
      const refused = await an.get(path);
      expect([...codeOf(refused), fieldsOf(refused)]).toEqual([400, 'VALIDATION_ERROR', fields]);
    });

    it('are in Vietnamese if the client prefers Vietnamese', async () => {
      const ask = async (language: string) =>
        (await an.get('/orders/not-an-id', { headers: { 'accept-language': language } })).body.error.message;
      expect(await ask('vi-VN,vi;q=0.9,en;q=0.8')).toBe('Dữ liệu không hợp lệ');
      expect(await ask('en-US,vi;q=0.5')).toBe('Invalid input data');
      expect(await ask('fr')).toBe('Invalid input data');
      const missing = await an.get(`/orders/${unknownId}`, { headers: { 'accept-language': 'vi' } });
      expect(missing.headers.get('content-language')).toBe('vi');
      expect(missing.body.error.message).toMatch(
        /[ạảãàáâậầấẩẫăắằặẳẵóòọõỏôộổỗồốơờớợởỡéèẻẹẽêếềệểễúùụủũưựữửừứíìịỉĩýỳỷỵỹđ]/,
      );
    });

    it('distinguish malformed bodies, large bodies and wrong content types', async () => {
      expect(codeOf(await shop.post('/auth/login', { body: '{"email":' }))).toEqual([400, 'MALFORMED_REQUEST']);
      expect(codeOf(await shop.post('/auth/login', { body: '[1]' }))).toEqual([400, 'VALIDATION_ERROR']);
      const large = JSON.stringify({ email: 'x'.repeat(1_100_000) });
      expect(codeOf(await shop.post('/auth/login', { body: large }))).toEqual([413, 'BODY_TOO_LARGE']);
      const xml = { body: '<a/>', headers: { 'content-type': 'application/xml' } };
      expect(codeOf(await shop.post('/auth/login', xml))).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    });

    it('distinguish unknown callers from callers without permission', async () => {
      expect(codeOf(await shop.get('/users/me'))).toEqual([401, 'UNAUTHENTICATED']);
      expect(codeOf(await shop.get('/users/me', { token: 'nonsense' }))).toEqual([401, 'TOKEN_INVALID']);
      const [head, body] = an.token.split('.');
      expect(codeOf(await shop.get('/users/me', { token: `${head}.${body}.${'A'.repeat(86)}` }))).toEqual([
        401,
        'TOKEN_INVALID',
      ]);
      // An invalid token is refused, and is not treated as a guest.
      expect(codeOf(await shop.get('/cart', { token: 'nonsense' }))).toEqual([401, 'TOKEN_INVALID']);
      expect(codeOf(await an.get('/admin/orders'))).toEqual([403, 'FORBIDDEN']);
      expect(codeOf(await an.get(`/orders/${unknownId}`))).toEqual([404, 'NOT_FOUND']);
      expect(codeOf(await an.get('/no/such/address'))).toEqual([404, 'NOT_FOUND']);
      expect(codeOf(await an.get('/products/khong-co-mon-nay'))).toEqual([404, 'NOT_FOUND']);
    });

    it('have status 412 if the resource was changed after the client read it', async () => {
      const { productId, variantId } = await listDrink(admin);
      const cart = await an.addToCart(variantId);
      const etag = cart.headers.get('etag')!;
      const line = cart.body.data.lines.find((one: { variantId: string }) => one.variantId === variantId).id;
      const change = (ifMatch: string, quantity: number) =>
        an.patch(`/cart/items/${line}`, { body: { quantity }, headers: { 'if-match': ifMatch } });
      expectStatus(200, await change(etag, 2));
      expect(codeOf(await change(etag, 3))).toEqual([412, 'PRECONDITION_FAILED']);
      const product = await admin.get(`/admin/products/${productId}`);
      const edit = () =>
        admin.patch(`/admin/products/${productId}`, {
          body: { featured: true },
          headers: { 'if-match': product.headers.get('etag')! },
        });
      expectStatus(200, await edit());
      expect(codeOf(await edit())).toEqual([412, 'PRECONDITION_FAILED']);
    });
  });

  describe('Orders that are sent twice', () => {
    it('need a key; with the same key, the same body gets the same answer, and another body is refused', async () => {
      const buyer = await register(shop);
      const { variantId } = await listDrink(admin);
      await buyer.addToCart(variantId);
      const keyless = await buyer.placeOrder('tok_ok', { headers: { 'idempotency-key': '' } });
      expect(codeOf(keyless)).toEqual([400, 'IDEMPOTENCY_KEY_REQUIRED']);
      const key = randomUUID();
      // The first request is refused before the command runs, so the key is still free.
      expect(codeOf(await buyer.placeOrder('tok_ok', { key, body: { note: 7 } }))).toEqual([400, 'VALIDATION_ERROR']);
      const first = expectStatus(201, await buyer.placeOrder('tok_ok', { key }));
      expect(first.headers.get('idempotent-replayed')).toBeNull();
      await buyer.waitForStatus(first.body.data.id, 'confirmed');
      const again = expectStatus(201, await buyer.placeOrder('tok_ok', { key }));
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(again.body).toEqual(first.body);
      expect(codeOf(await buyer.placeOrder('cash', { key }))).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
      // Another caller can use the same key for another order.
      const other = await register(shop);
      await other.addToCart(variantId);
      const theirs = expectStatus(201, await other.placeOrder('tok_ok', { key }));
      expect(theirs.body.data.id).not.toBe(first.body.data.id);
      expect((await buyer.get('/orders')).body.data).toHaveLength(1);
    });

    it('at the same moment make one order, and all requests get the same answer', async () => {
      const buyer = await register(shop);
      await buyer.addToCart((await listDrink(admin)).variantId);
      const key = randomUUID();
      const replies = await Promise.all(Array.from({ length: 10 }, () => buyer.placeOrder('tok_ok', { key })));
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      expect(replies.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    });

    it('wait for the outcome if the client sends the header `Prefer`', async () => {
      const buyer = await register(shop);
      await buyer.addToCart((await listDrink(admin)).variantId);
      const waited = await buyer.placeOrder('tok_declined', { headers: { prefer: 'respond-async, wait=5' } });
      expect([waited.status, waited.body.data.status]).toEqual([201, 'cancelled']);
      await buyer.addToCart((await listDrink(admin)).variantId);
      const begun = performance.now();
      const late = await buyer.placeOrder('tok_slow', { headers: { prefer: 'wait=1' } });
      expect([late.status, late.body.data.status]).toEqual([201, 'pending']);
      expect(performance.now() - begun).toBeGreaterThanOrEqual(990);
    });
  });
});

describe('The shop’s limits', () => {
  let database: TestDatabase;
  let shop: RunningShop;
  beforeAll(async () => {
    database = await testDatabase();
    const env = { RATE_LIMIT_API: '12', RATE_LIMIT_LOGIN: '2', RATE_LIMIT_REGISTER: '2', SEED_DEMO: 'false' };
    shop = await startShop({ env: { DATABASE_URL: database.url, ...env } });
  }, 240_000);
  afterAll(async () => {
    await shop?.stop();
    await database?.drop();
  });

  it('report the remaining requests, and then refuse; registrations and log-ins have their own limits, and health and metrics have none', async () => {
    const newcomer = () => ({ email: `${randomUUID()}@example.com`, password: 'a-long-Password-1', name: 'An' });
    const first = await shop.post('/auth/register', { body: newcomer() });
    expectStatus(201, first);
    expect([...first.headers.keys()]).toEqual(
      expect.arrayContaining(['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset']),
    );
    const an = anonymous(shop).withHeaders({ authorization: `Bearer ${first.body.data.accessToken}` });
    expectStatus(201, await shop.post('/auth/register', { body: newcomer() }));
    const third = await shop.post('/auth/register', { body: newcomer() });
    expect(codeOf(third)).toEqual([429, 'RATE_LIMITED']);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(3_000);

    const { email } = first.body.data.user;
    const logIn = (password: string) => shop.post('/auth/login', { body: { email, password } });
    for (let attempt = 0; attempt < 3; attempt += 1) expectStatus(200, await logIn('a-long-Password-1'));
    for (let attempt = 0; attempt < 2; attempt += 1)
      expect(codeOf(await logIn('guess'))).toEqual([401, 'CREDENTIALS_INVALID']);
    expect(codeOf(await logIn('a-long-Password-1'))).toEqual([429, 'RATE_LIMITED']);

    const replies = [];
    for (let call = 0; call < 13; call += 1) replies.push(await shop.get('/categories'));
    const refused = replies.at(-1)!;
    expect(codeOf(refused)).toEqual([429, 'RATE_LIMITED']);
    expect(refused.headers.get('ratelimit-limit')).toBe('12');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.body.error.message).toMatch(/\d+ s/);

    const signedIn = expectStatus(200, await an.get('/categories'));
    expect(Number(signedIn.headers.get('ratelimit-limit'))).toBeGreaterThan(12);
    for (const path of ['//health', '//health/ready', '//metrics', '//.well-known/jwks.json'])
      expect([path, (await shop.get(path)).status]).toEqual([path, 200]);
    const webhook = await shop.post('/payments/webhooks/sandbox', { body: {} });
    expect(codeOf(webhook)).toEqual([401, 'WEBHOOK_SIGNATURE_INVALID']);
  });
});
