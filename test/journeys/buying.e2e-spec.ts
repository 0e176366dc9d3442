import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { anonymous, chargesOf, expectStatus, mailsTo, register, listDrink, stockOf } from '../support/people';

jest.setTimeout(30_000);

describe('Buying a coffee', () => {
  let open: OpenShop;
  beforeAll(async () => (open = await openShop()), 240_000);
  afterAll(() => open?.close());

  it('goes from the list of products to an order that is confirmed within a second', async () => {
    const { shop } = open;
    const an = await register(shop);
    const shelf = await an.get('/products?category=coffee-espresso&sort=price&limit=5');
    expect(shelf.body.meta).toEqual({ nextCursor: expect.any(String), hasMore: true });
    const coffee = (await an.get(`/products/${shelf.body.data[0].slug}`)).body.data;
    const [variant] = coffee.variants;
    expect(variant.available).toBeGreaterThan(0);

    const cart = (await an.addToCart(variant.id, 2)).body.data;
    expect(cart.lines).toEqual([
      expect.objectContaining({ variantId: variant.id, quantity: 2, unitPrice: variant.price }),
    ]);
    expect(cart.total.amount).toBe(2 * variant.price.amount);

    const placed = expectStatus(201, await an.placeOrder('tok_ok', { headers: { prefer: 'wait=5' } }));
    expect(placed.headers.get('location')).toBe(`/api/v1/orders/${placed.body.data.id}`);
    const order = placed.body.data;
    expect(order).toMatchObject({
      status: 'confirmed',
      version: 2,
      lines: [{ variantId: variant.id, quantity: 2, unitPrice: variant.price, lineTotal: cart.total }],
      total: cart.total,
      contact: { name: 'Nguyễn Văn An', phone: '0901234567', email: an.email },
      payment: { method: 'card', status: 'paid', paid: cart.total },
    });
    await eventually(async () => expect((await an.get('/cart')).body.data.lines).toEqual([]));
    expect((await an.get('/orders')).body.data.map(({ id }: { id: string }) => id)).toEqual([order.id]);

    const seconds = [];
    for (let cup = 0; cup < 3; cup += 1) {
      await an.addToCart(variant.id);
      const begun = performance.now();
      const next = await an.placeOrder('tok_ok', { headers: { prefer: 'wait=5' } });
      expect(next.body.data.status).toBe('confirmed');
      seconds.push((performance.now() - begun) / 1000);
    }
    expect(Math.min(...seconds)).toBeLessThan(1);
  });

  it('takes the money once, takes the goods off the shelf, and gives a point for every 10,000 đồng', async () => {
    const { shop, admin } = open;
    const an = await register(shop);
    const drink = await listDrink(admin, { stock: 20, price: 39_000 });
    const { id } = await an.buy(drink.variantId, 'tok_ok', 3);
    await an.waitForStatus(id, 'confirmed');
    expect(await chargesOf(admin, id)).toEqual([
      expect.objectContaining({ orderId: id, status: 'captured', amount: { amount: 117_000, currency: 'VND' } }),
    ]);
    expect(await stockOf(admin, drink)).toMatchObject({ onHand: 17, reserved: 0, available: 17 });
    await eventually(async () =>
      expect(await an.points()).toMatchObject({
        balance: 11,
        tier: expect.any(String),
        entries: [{ points: 11, orderId: id, reason: expect.any(String), at: expect.any(String) }],
      }),
    );
  });

  it.each([
    ['vi', 'đã được xác nhận'],
    ['en', 'is confirmed'],
  ])('is reported by mail once, in the language of the order: %s', async (language, words) => {
    const { shop, admin } = open;
    const an = (await register(shop)).withHeaders({ 'accept-language': language });
    const drink = await listDrink(admin);
    const order = await an.buy(drink.variantId, 'tok_ok');
    const mails = await eventually(async () => {
      const found = await mailsTo(admin, an.email);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(mails[0]).toMatchObject({ to: an.email, event: 'order-confirmed', sentAt: expect.any(String) });
    expect(mails[0].subject).toContain(order.number);
    expect(mails[0].subject + mails[0].body).toContain(words);
    expect(mails[0].body).toContain('50.000');
  });

  it('shows its history as text, and waits for a version that is not readable yet', async () => {
    const { shop, admin } = open;
    const an = await register(shop);
    const drink = await listDrink(admin);
    const { id } = await an.buy(drink.variantId, 'tok_ok');
    const seen = await an.get(`/orders/${id}?minVersion=2`);
    expect(seen.body).toMatchObject({ data: { id, status: 'confirmed', version: 2 } });
    expect(seen.body.meta?.stale).toBeUndefined();
    const late = await an.get(`/orders/${id}?minVersion=9`);
    expect([late.status, late.body.meta]).toEqual([200, { stale: true }]);
    const history = async (language: string) =>
      (await an.get(`/orders/${id}/history`, { headers: { 'accept-language': language } })).body.data;
    expect(await history('en')).toHaveLength(2);
    expect(JSON.stringify(await history('vi'))).toContain('đơn hàng');
  });

  it('in cash makes an order that is confirmed at once, and paid when it is handed over', async () => {
    const { shop, admin } = open;
    const an = await register(shop);
    const drink = await listDrink(admin);
    const { id } = await an.buy(drink.variantId, 'cash');
    const order = await an.waitForStatus(id, 'confirmed');
    expect(order.payment).toMatchObject({ method: 'cash', status: 'due', paid: { amount: 0, currency: 'VND' } });
    expect(await chargesOf(admin, id)).toEqual([]);
    for (const step of ['accept', 'prepare', 'ready', 'complete'])
      expectStatus(200, await admin.post(`/admin/orders/${id}/${step}`));
    expect((await an.waitForStatus(id, 'completed')).payment).toMatchObject({
      status: 'paid',
      paid: { amount: 50_000 },
    });
    await eventually(async () => expect((await an.points()).balance).toBe(5));
  });

  it('uses the prices of the catalogue, and refuses a price from the client', async () => {
    const { shop, admin } = open;
    const an = await register(shop);
    const { productId, variantId } = await listDrink(admin, { price: 50_000 });
    const cheap = await an.post('/cart/items', { body: { variantId, quantity: 1, unitPrice: 1 } });
    expect([cheap.status, cheap.body.error.details[0].field]).toEqual([400, 'unitPrice']);
    await an.addToCart(variantId);
    expectStatus(200, await admin.patch(`/admin/products/${productId}`, { body: { basePrice: 60_000 } }));
    const order = expectStatus(201, await an.placeOrder('tok_ok')).body.data;
    expect(order.total.amount).toBe(60_000);
  });

  it('twice in a row makes a second order with only what was added after the first order', async () => {
    const { shop, admin } = open;
    const drink = await listDrink(admin, { stock: 200 });
    const quantities = async () => {
      const an = await register(shop);
      const found: number[] = [];
      for (let cup = 0; cup < 5; cup += 1) found.push((await an.buy(drink.variantId, 'tok_ok')).lines[0].quantity);
      return found;
    };
    const all = await Promise.all(Array.from({ length: 8 }, quantities));
    expect(all).toEqual(all.map(() => [1, 1, 1, 1, 1]));
  });

  it('needs something in the cart', async () => {
    const an = await register(open.shop);
    const refused = await an.placeOrder('tok_ok');
    expect([refused.status, refused.body.error.code]).toEqual([409, 'CART_EMPTY']);
    expect((await anonymous(open.shop).placeOrder('tok_ok')).body.error.code).toBe('CART_EMPTY');
  });
});
