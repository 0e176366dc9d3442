import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { openShop, type OpenShop } from '../support/open-shop';
import { expectStatus, register, listDrink, type Drink } from '../support/people';

jest.setTimeout(60_000);

describe('Another spelling', () => {
  let open: OpenShop;
  let drink: Drink;
  beforeAll(async () => {
    open = await openShop();
    drink = await listDrink(open.admin);
  }, 240_000);
  afterAll(() => open?.close());

  it.each(['NFC', 'NFD'] as const)('of a password is the same password (the stored hash is from %s)', async (form) => {
    const word = 'Mật khẩu đủ dài';
    const email = `${randomUUID()}@example.com`;
    const body = { email, name: 'Bình', password: word.normalize(form) };
    expectStatus(201, await open.shop.post('/auth/register', { body }));
    for (const other of ['NFC', 'NFD'] as const)
      expectStatus(200, await open.shop.post('/auth/login', { body: { email, password: word.normalize(other) } }));
    // This password has the maximum length in NFC. In NFD, the form that some telephones send, it is longer.
    const long = { email: `${randomUUID()}@example.com`, name: 'Bình', password: 'ệ'.repeat(200).normalize('NFC') };
    expectStatus(201, await open.shop.post('/auth/register', { body: long }));
    const decomposed = { email: long.email, password: long.password.normalize('NFD') };
    expectStatus(200, await open.shop.post('/auth/login', { body: decomposed }));
  });

  it.each([
    ['σασ', 'ΣΑΣ', 'example.com', 'EXAMPLE.com'],
    ['an', 'AN', 'bücher.de', 'xn--bcher-kva.de'],
  ])('of an e-mail address is the same account: %s, %s at %s, %s', async (local, upperLocal, domain, otherDomain) => {
    const mark = randomUUID();
    const password = 'a-long-Password-1';
    const [email, same] = [`${mark}${local}@${domain}`, `${mark.toUpperCase()}${upperLocal}@${otherDomain}`];
    expectStatus(201, await open.shop.post('/auth/register', { body: { email, name: 'Bình', password } }));
    expectStatus(200, await open.shop.post('/auth/login', { body: { email: same, password } }));
    const twice = await open.shop.post('/auth/register', { body: { email: same, name: 'Bình', password } });
    expect([twice.status, twice.body.error.code]).toEqual([409, 'EMAIL_TAKEN']);
  });

  it('of an id is the same id in a path, a query, a body and over a socket', async () => {
    const an = await register(open.shop);
    await an.addToCart(drink.variantId.toUpperCase());
    const { id } = expectStatus(201, await an.placeOrder('tok_ok')).body.data;
    const upperId = id.toUpperCase();
    await an.waitForStatus(id, 'confirmed');
    for (const path of [`/orders/${upperId}`, `/orders/${upperId}/history`])
      expect((await an.get(path)).status).toBe(200);
    const { data } = (await open.admin.get(`/admin/orders?customer=${an.userId.toUpperCase()}`)).body;
    expect(data.map((order: { id: string }) => order.id)).toEqual([id]);
    const rebuild = await open.admin.post('/admin/projections/order-view/rebuilds', { body: { orders: [upperId] } });
    expect(expectStatus(202, rebuild).body.data.orders).toEqual([id]);

    const socket = io(`${open.shop.url}/orders`, { auth: { token: an.token }, transports: ['websocket'] });
    const snapshot = new Promise<{ orderId: string }>((resolve) => socket.once('snapshot', resolve));
    expect(await socket.timeout(5_000).emitWithAck('subscribe', { orderId: upperId })).toEqual({ ok: true });
    expect((await snapshot).orderId).toBe(id);
    socket.disconnect();
  });

  it('of the preferred languages gets a refusal in only one language, also if the header allows several', async () => {
    const an = await register(open.shop);
    await an.addToCart(drink.variantId);
    expectStatus(204, await open.admin.delete(`/admin/products/${drink.productId}`));
    const refusal = async (language: string) => {
      const { status, body } = await an.placeOrder('tok_ok', { headers: { 'accept-language': language } });
      expect([status, body.error.code]).toEqual([409, 'VARIANT_UNAVAILABLE']);
      return [body.error.message, body.error.details[0].message];
    };
    const vietnamese = await refusal('vi');
    expect(await refusal('en;q=0, *')).toEqual(vietnamese);
    const english = await refusal('en');
    expect(english[1]).toBe('This is not on sale at the moment.');
    for (const header of ['*', 'fr, *;q=0.1', 'fr']) expect(await refusal(header)).toEqual(english);
  });
});
