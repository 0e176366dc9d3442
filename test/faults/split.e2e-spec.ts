import { eventually } from '../support/eventually';
import { openServices, type OpenServices } from '../support/open-services';
import { ADMIN, chargesOf, expectStatus, logIn, mailsTo, register, listDrink, stockOf } from '../support/people';
import type { RunningShop } from '../support/start-shop';

jest.setTimeout(30_000);

describe('A shop of seven processes', () => {
  let open: OpenServices;
  let shop: RunningShop;
  beforeAll(async () => {
    open = await openServices();
    shop = open.gateway as RunningShop;
  }, 240_000);
  afterAll(() => open?.close(), 30_000);

  it('sells a coffee across its processes', async () => {
    const [an, admin] = await Promise.all([register(shop), logIn(shop, ADMIN)]);
    const drink = await listDrink(admin, { stock: 20, price: 39_000 });
    const cart = (await an.addToCart(drink.variantId, 3)).body.data;
    expect(cart.total).toEqual({ amount: 117_000, currency: 'VND' });

    const placed = expectStatus(201, await an.placeOrder('tok_ok')).body.data;
    const order = await an.waitForStatus(placed.id, 'confirmed');
    expect(order).toMatchObject({ total: cart.total, payment: { method: 'card', status: 'paid' } });

    expect(await chargesOf(admin, order.id)).toEqual([
      expect.objectContaining({ status: 'captured', amount: { amount: 117_000, currency: 'VND' } }),
    ]);
    expect(await stockOf(admin, drink)).toMatchObject({ onHand: 17, reserved: 0, available: 17 });
    await eventually(async () => expect((await an.get('/cart')).body.data.lines).toEqual([]));
    await eventually(async () =>
      expect(await an.points()).toMatchObject({ balance: 11, entries: [{ points: 11, orderId: order.id }] }),
    );
    await eventually(async () =>
      expect((await mailsTo(admin, an.email)).map(({ event }) => event)).toEqual(['order-confirmed']),
    );
  });

  it('answers 503 while the process of a context does not run, and continues when it runs again', async () => {
    const [an, admin] = await Promise.all([register(shop), logIn(shop, ADMIN)]);
    const drink = await listDrink(admin, { price: 50_000 });
    await an.addToCart(drink.variantId);
    await Promise.all([open.services.cart.kill(), open.services.notifications.kill()]);

    const refused = await an.placeOrder('tok_ok');
    expect([refused.status, refused.body.error.code]).toEqual([503, 'UNAVAILABLE']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);

    await open.reopen('cart');
    const placed = expectStatus(201, await eventually(() => unlessUnavailable(an.placeOrder('tok_ok')))).body.data;
    await an.waitForStatus(placed.id, 'confirmed'); // the order does not wait for the mail
    await open.reopen('notifications');
    await eventually(async () =>
      expect((await mailsTo(admin, an.email)).map(({ event }) => event)).toEqual(['order-confirmed']),
    );
  });

  it.each([
    ['products', 'prices'],
    ['cart', 'cart-of'],
  ] as const)('refuses callers without the internal secret on the internal routes of %s', async (service, question) => {
    for (const path of [`//internal/${question}`, `/internal/${question}`]) {
      const { status, body } = await open.services[service].post(path, {
        body: {},
        headers: { 'x-internal-secret': 'a guess' },
      });
      expect([status, body.error.code]).toEqual([404, 'NOT_FOUND']);
    }
  });
});

async function unlessUnavailable<R extends { status: number }>(request: Promise<R>): Promise<R> {
  const reply = await request;
  if (reply.status === 503) throw new Error('the shop still answers 503');
  return reply;
}
