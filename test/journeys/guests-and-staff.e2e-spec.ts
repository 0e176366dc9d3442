import { randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import {
  anonymous,
  chargesOf,
  expectStatus,
  logIn,
  mailsTo,
  register,
  listDrink,
  stockOf,
  type Drink,
  type Person,
} from '../support/people';

jest.setTimeout(30_000);

const dong = (amount: number) => ({ amount, currency: 'VND' });
const newcomer = () => ({ email: `binh-${randomUUID()}@example.com`, password: 'a-long-Password-1' });

describe('Guests and staff', () => {
  let open: OpenShop;
  let drink: Drink;
  let other: Drink;
  beforeAll(async () => {
    open = await openShop();
    [drink, other] = await Promise.all([listDrink(open.admin, { stock: 500 }), listDrink(open.admin, { stock: 500 })]);
  }, 240_000);
  afterAll(() => open?.close());

  /** A guest with the drink in the cart, and with the cart token from the first response. */
  async function guest(quantity = 1): Promise<Person> {
    const reply = await anonymous(open.shop).addToCart(drink.variantId, quantity);
    return anonymous(open.shop).withHeaders({ 'x-cart-token': reply.headers.get('x-cart-token')! });
  }
  const lines = async (person: Person) =>
    ((await person.get('/cart')).body.data.lines as { variantId: string; quantity: number }[])
      .map(({ variantId, quantity }) => [variantId, quantity])
      .sort();

  describe('A guest', () => {
    it('buys with only the cart token and a contact', async () => {
      const visitor = await guest(2);
      const nameless = await visitor.placeOrder('tok_ok', { body: { contact: undefined } });
      expect(nameless.status).toBe(400);
      expect(nameless.body.error.details.map(({ field }: { field: string }) => field)).toEqual([
        'contact.name',
        'contact.phone',
      ]);
      const email = `khach-${randomUUID()}@example.com`;
      const contact = { name: 'Trần Thị Khách', phone: '0987 654 321', email };
      const placed = expectStatus(201, await visitor.placeOrder('tok_ok', { body: { contact } })).body.data;
      expect(await visitor.waitForStatus(placed.id, 'confirmed')).toMatchObject({ customerId: null, contact });
      const list = (await visitor.get('/orders')).body;
      expect(list.data.map(({ id }: { id: string }) => id)).toEqual([placed.id]);
      expect((await visitor.get(`/orders/${placed.id}/history`)).body.data).toHaveLength(2);
      await eventually(async () => expect(await mailsTo(open.admin, email)).toHaveLength(1));

      const cancelled = expectStatus(200, await visitor.post(`/orders/${placed.id}/cancel`, { body: {} })).body.data;
      expect(cancelled.status).toBe('cancelled');
    });

    it('is the only one who can read the order; others get 404', async () => {
      const visitor = await guest();
      const { id } = expectStatus(201, await visitor.placeOrder('tok_ok')).body.data;
      const strangers = [await guest(), await register(open.shop)];
      for (const stranger of strangers)
        for (const response of [
          stranger.get(`/orders/${id}`),
          stranger.get(`/orders/${id}/history`),
          stranger.post(`/orders/${id}/cancel`, { body: {} }),
        ])
          expect(await response).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
      const an = await register(open.shop);
      const order = await an.buy(drink.variantId, 'tok_ok');
      for (const stranger of [visitor, ...strangers])
        expect((await stranger.get(`/orders/${order.id}`)).status).toBe(404);
      for (const stranger of strangers)
        expect(await stranger.get('/orders')).toMatchObject({ status: 200, body: { data: [] } });
    });

    it('needs a valid token; a request without a valid token is unauthenticated', async () => {
      const { id } = expectStatus(201, await (await guest()).placeOrder('tok_ok')).body.data;
      const madeUp = ['', 'no token', 'x'.repeat(43), 'A'.repeat(64)].map((token) => ({ 'x-cart-token': token }));
      const nobody = [anonymous(open.shop), ...madeUp.map((headers) => anonymous(open.shop).withHeaders(headers))];
      for (const one of nobody)
        for (const response of [
          one.get('/orders'),
          one.get(`/orders/${id}`),
          one.get(`/orders/${id}/history`),
          one.post(`/orders/${id}/cancel`, { body: {} }),
        ])
          expect(await response).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHENTICATED' } } });
    });

    it('is the only owner of the order: others with the same cart token cannot read it, and get another cart', async () => {
      const visitor = await guest();
      const shared = anonymous(open.shop).withHeaders(visitor.headers);
      const { id } = expectStatus(201, await visitor.placeOrder('tok_ok')).body.data;
      expect(visitor.headers['x-cart-token']).not.toBe(shared.headers['x-cart-token']);
      for (const response of [
        shared.get(`/orders/${id}`),
        shared.get(`/orders/${id}/history`),
        shared.post(`/orders/${id}/cancel`, { body: {} }),
      ])
        expect(await response).toMatchObject({ status: 401, body: { error: { code: 'CART_TOKEN_SPENT' } } });
      expect((await shared.get('/orders')).body.data).toEqual([]);
      await visitor.waitForStatus(id, 'confirmed');
      expect(await shared.placeOrder('tok_ok')).toMatchObject({
        ...{ status: 409, body: { error: { code: 'CART_ALREADY_ORDERED' } } },
      });
      await visitor.addToCart(drink.variantId, 3);
      await shared.addToCart(other.variantId, 1);
      expect(await lines(visitor)).toEqual([[drink.variantId, 3]]);
      expect(await lines(shared)).toEqual([[other.variantId, 1]]);
    });

    it('reads all orders with the newest token, and none with earlier tokens', async () => {
      const visitor = await guest();
      const tokens = [{ ...visitor.headers }];
      const ids: string[] = [];
      for (let order = 0; order < 3; order++) {
        if (order > 0) await visitor.addToCart(drink.variantId);
        ids.unshift(expectStatus(201, await visitor.placeOrder('tok_ok')).body.data.id);
        tokens.unshift({ ...visitor.headers });
        await visitor.waitForStatus(ids[0], 'confirmed');
      }
      const [newest, ...former] = tokens.map((headers) => anonymous(open.shop).withHeaders(headers));
      const idsSeenBy = async (one: Person) => (await one.get('/orders')).body.data.map(({ id }: { id: string }) => id);
      await eventually(async () => expect(await idsSeenBy(newest)).toEqual(ids));
      for (const id of ids) expectStatus(200, await newest.get(`/orders/${id}`));
      for (const one of former) {
        expect(await idsSeenBy(one)).toEqual([]);
        for (const id of ids) expectStatus(401, await one.get(`/orders/${id}`));
      }
    });

    it('whose response was lost gets the same response and the same new token again with the same key', async () => {
      const visitor = await guest();
      const sent = { ...visitor.headers };
      const key = randomUUID();
      const first = expectStatus(201, await visitor.placeOrder('tok_ok', { key }));
      const token = first.headers.get('x-cart-token');
      const again = await anonymous(open.shop).withHeaders(sent).placeOrder('tok_ok', { key });
      expect(expectStatus(201, again).body).toEqual(first.body);
      expect([again.headers.get('x-cart-token'), again.headers.get('idempotent-replayed')]).toEqual([token, 'true']);
      const byNew = expectStatus(201, await visitor.placeOrder('tok_ok', { key }));
      expect([byNew.body, byNew.headers.get('x-cart-token')]).toEqual([first.body, null]);

      await visitor.waitForStatus(first.body.data.id, 'confirmed');
      await visitor.addToCart(drink.variantId);
      const next = { key: randomUUID() };
      const second = expectStatus(201, await visitor.placeOrder('tok_ok', next));
      const stale = await anonymous(open.shop).withHeaders(sent).placeOrder('tok_ok', next);
      expect([stale.status, stale.body.error.code, stale.headers.get('x-cart-token')]).toEqual([
        409,
        'CART_ALREADY_ORDERED',
        null,
      ]);
      expect(second.headers.get('x-cart-token')).not.toBe(token);
    });

    it('who shares the token with somebody and orders at the same moment does not share the order', async () => {
      for (let round = 0; round < 10; round++) {
        const visitor = await guest();
        const others = Array.from({ length: 4 }, () => anonymous(open.shop).withHeaders(visitor.headers));
        const replies = await Promise.all(
          others.map(async (one, at) => {
            if (at % 2) await one.delete('/cart').then(() => one.addToCart(drink.variantId, 2));
            return one.placeOrder('tok_ok');
          }),
        );
        const placed = replies.flatMap(({ status, body }, at) => (status === 201 ? [{ id: body.data.id, at }] : []));
        for (const { id, at } of placed)
          for (const [index, one] of others.entries())
            expect(index === at ? [200] : [401, 404]).toContain((await one.get(`/orders/${id}`)).status);
      }
    });

    it('who registers keeps the cart', async () => {
      const visitor = await guest(2);
      const binh = await register(open.shop, visitor.headers);
      expect(await lines(binh)).toEqual([[drink.variantId, 2]]);
      expect(await lines(visitor)).toEqual([]);
      const { id } = expectStatus(201, await binh.placeOrder('tok_ok')).body.data;
      expect((await binh.get(`/orders/${id}`)).body.data.customerId).toBe(binh.userId);
    });

    it('who logs in with the cart token gets the lines of both carts in one cart', async () => {
      const account = newcomer();
      expectStatus(201, await open.shop.post('/auth/register', { body: { ...account, name: 'Bình' } }));
      const before = await logIn(open.shop, account);
      await before.addToCart(drink.variantId, 1);
      await before.addToCart(other.variantId, 4);
      const visitor = await guest(2);
      const binh = await logIn(open.shop, account, visitor.headers);
      expect(await lines(binh)).toEqual(
        [
          [drink.variantId, 3],
          [other.variantId, 4],
        ].sort(),
      );
      expect(await lines(binh)).toHaveLength(2); // a second request does not add the lines again
      expect(await lines(visitor)).toEqual([]);
    });

    it('who has logged in has a cart to which nobody can add lines with the former guest token', async () => {
      const visitor = await guest(2);
      const attacker = anonymous(open.shop).withHeaders(visitor.headers);
      const binh = await register(open.shop, visitor.headers);
      expect(await lines(binh)).toEqual([[drink.variantId, 2]]);
      await attacker.addToCart(other.variantId, 50);
      expect(await lines(binh)).toEqual([[drink.variantId, 2]]);
      expect(await lines(binh.withHeaders(attacker.headers))).toEqual([[drink.variantId, 2]]);
      const stranger = await logIn(
        open.shop,
        { email: (await register(open.shop)).email, password: 'a-long-Password-1' },
        visitor.headers,
      );
      expect(await lines(stranger)).toEqual([]); // the token has been used
      const order = expectStatus(201, await binh.placeOrder('tok_ok')).body.data;
      expect(order.lines).toEqual([expect.objectContaining({ variantId: drink.variantId, quantity: 2 })]);
    });

    it('with a token with which an order was placed gets `tokenSpent` on every route', async () => {
      const visitor = await guest();
      const former = { ...visitor.headers };
      const { id } = expectStatus(201, await visitor.placeOrder('tok_ok')).body.data;
      await visitor.waitForStatus(id, 'confirmed');
      const inAnotherTab = () => anonymous(open.shop).withHeaders(former);
      const cart = await eventually(async () => {
        const reply = await inAnotherTab().get('/cart');
        expect(reply.body.meta).toEqual({ tokenSpent: true });
        return reply;
      });
      expect(cart.headers.get('x-cart-token')).toMatch(/^[\w-]{64}$/);
      expect((await inAnotherTab().get('/orders')).body).toMatchObject({ data: [], meta: { tokenSpent: true } });
      const again = await inAnotherTab().placeOrder('tok_ok');
      expect([again.status, again.body.error.code]).toEqual([409, 'CART_ALREADY_ORDERED']);
      for (const response of [
        await inAnotherTab().get(`/orders/${id}`),
        await inAnotherTab().get(`/orders/${id}/history`),
        await inAnotherTab().post(`/orders/${id}/cancel`, { body: {} }),
      ])
        expect([response.status, response.body.error.code]).toEqual([401, 'CART_TOKEN_SPENT']);
      expectStatus(404, await (await register(open.shop)).withHeaders(former).get(`/orders/${id}`));
      const list = (await visitor.get('/orders')).body;
      expect([list.data.length, 'tokenSpent' in list.meta]).toEqual([1, false]);
    });

    it('whose response was lost can get it also after a log-in, and the order still belongs to the guest', async () => {
      const visitor = await guest();
      const former = { ...visitor.headers };
      const key = randomUUID();
      const first = expectStatus(201, await visitor.placeOrder('tok_ok', { key }));
      const { id } = first.body.data;
      await visitor.waitForStatus(id, 'confirmed');
      const binh = await register(open.shop, former);
      expect(await lines(binh)).toEqual([]);
      await binh.addToCart(other.variantId); // the repeated request must not order this cart of the account
      const again = expectStatus(201, await binh.withHeaders(former).placeOrder('tok_ok', { key }));
      expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([first.body, 'true']);
      expect(again.headers.get('x-cart-token')).toBe(visitor.headers['x-cart-token']);
      expect(again.body.data.customerId).toBeNull();
      expect(await lines(binh)).toEqual([[other.variantId, 1]]);
      expectStatus(404, await binh.get(`/orders/${id}`));

      const changedOrder = { key, body: { note: 'Ít đá' } };
      const another = expectStatus(201, await binh.withHeaders(former).placeOrder('tok_ok', changedOrder)).body.data;
      expect([another.id === id, another.customerId]).toEqual([false, binh.userId]);
    });

    it('who signs in reads earlier orders with the cart token beside the access token', async () => {
      const visitor = await guest();
      const { id } = expectStatus(201, await visitor.placeOrder('tok_ok')).body.data;
      await visitor.waitForStatus(id, 'confirmed');
      const account = newcomer();
      expectStatus(201, await open.shop.post('/auth/register', { body: { ...account, name: 'Bình' } }));
      const loggedIn = expectStatus(
        200,
        await open.shop.post('/auth/login', { body: account, headers: visitor.headers }),
      );
      const { accessToken, refreshToken } = loggedIn.body.data as { accessToken: string; refreshToken: string };
      const renewed = expectStatus(200, await open.shop.post('/auth/refresh', { body: { refreshToken } }));
      const bearers = [accessToken, renewed.body.data.accessToken as string].map((token) =>
        anonymous(open.shop).withHeaders({ authorization: `Bearer ${token}` }),
      );
      const own = (await bearers[0].buy(other.variantId, 'tok_ok')).id as string;
      await bearers[0].waitForStatus(own, 'confirmed');
      const idsSeenBy = async (one: Person) =>
        (await one.get('/orders')).body.data.map((order: { id: string }) => order.id);
      for (const bearer of bearers) {
        const both = bearer.withHeaders(visitor.headers);
        await eventually(async () => expect(await idsSeenBy(both)).toEqual([own, id]));
        expect(await idsSeenBy(bearer)).toEqual([own]);
        const [firstPage, nothingElse] = [await both.get('/orders?limit=1'), await both.get('/cart')];
        const next = `/orders?limit=1&cursor=${firstPage.body.meta.nextCursor}`;
        expect((await both.get(next)).body.data).toMatchObject([{ id, customerId: null }]);
        expect(nothingElse.headers.get('x-cart-token')).toBeNull();
        for (const path of [`/orders/${id}`, `/orders/${id}/history`]) {
          expectStatus(404, await bearer.get(path));
          expectStatus(200, await both.get(path));
        }
        expectStatus(404, await bearer.post(`/orders/${id}/cancel`, { body: {} }));
      }
      expect(await idsSeenBy(visitor)).toEqual([id]);
      const signedOut = await visitor.get('/cart');
      expect([signedOut.headers.get('x-cart-token'), signedOut.body.meta]).toEqual([null, { cartMerged: true }]);
      expect(await idsSeenBy(visitor)).toEqual([id]);
      expectStatus(200, await bearers[1].withHeaders(visitor.headers).post(`/orders/${id}/cancel`, { body: {} }));
    });
  });

  describe('Staff', () => {
    it('complete an order step by step', async () => {
      const { admin, shop } = open;
      const an = await register(shop);
      const { id } = await an.buy(drink.variantId, 'tok_ok', 2);
      await an.waitForStatus(id, 'confirmed');
      expect(await admin.post(`/admin/orders/${id}/ready`)).toMatchObject({
        status: 409,
        body: { error: { code: 'WRONG_STATUS' } },
      });
      const steps = { accept: 'accepted', prepare: 'preparing', ready: 'ready', complete: 'completed' };
      let version = 2;
      for (const [step, status] of Object.entries(steps)) {
        version += 1;
        const moved = expectStatus(200, await admin.post(`/admin/orders/${id}/${step}`)).body.data;
        expect(moved).toMatchObject({ id, status, version });
        const repeated = expectStatus(200, await admin.post(`/admin/orders/${id}/${step}`)).body.data;
        expect(repeated.version).toBe(version);
        const refused = await an.post(`/admin/orders/${id}/${step}`);
        expect([refused.status, refused.body.error.code]).toEqual([403, 'FORBIDDEN']);
      }
      const seen = (await an.get(`/orders/${id}?minVersion=6`)).body.data;
      expect(Object.keys(seen.since).sort()).toEqual(['pending', 'confirmed', ...Object.values(steps)].sort());
      await eventually(async () =>
        expect((await mailsTo(admin, an.email)).map(({ event }) => event).sort()).toEqual([
          'order-confirmed',
          ...Object.keys(steps).map(() => 'order-status'),
        ]),
      );
    });

    it('refund a part of the money and then the remaining money; each refund changes points once and sends one mail', async () => {
      const { admin, shop } = open;
      const an = await register(shop);
      const { id } = await an.buy(drink.variantId, 'tok_ok', 2);
      await an.waitForStatus(id, 'confirmed');
      for (const step of ['accept', 'prepare', 'ready', 'complete'])
        expectStatus(200, await admin.post(`/admin/orders/${id}/${step}`));
      await eventually(async () => expect((await an.points()).balance).toBe(10));

      const refund = (key: string | undefined, body: object) =>
        admin.post(`/admin/orders/${id}/refunds`, { body, ...(key && { headers: { 'idempotency-key': key } }) });
      const part = { amount: dong(25_000), reason: 'Nguội mất rồi' };
      expect((await refund(undefined, part)).body.error.code).toBe('IDEMPOTENCY_KEY_REQUIRED');
      const first = expectStatus(201, await refund('part', part));
      expect(first.headers.get('idempotent-replayed')).toBeNull();
      const again = expectStatus(201, await refund('part', part));
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(again.body.data).toEqual(first.body.data);
      expect(await refund('part', { ...part, reason: 'Khác' })).toMatchObject({
        status: 422,
        body: { error: { code: 'IDEMPOTENCY_KEY_REUSED' } },
      });
      await eventually(async () =>
        expect((await an.get(`/orders/${id}`)).body.data).toMatchObject({
          status: 'completed',
          payment: { status: 'partly-refunded', refunded: dong(25_000) },
        }),
      );
      // The shop keeps 75,000 đồng. These are 7.5 points, which are rounded down.
      await eventually(async () => expect((await an.points()).balance).toBe(7));
      expect((await refund(randomUUID(), { amount: dong(75_001), reason: 'x' })).body.error.code).toBe(
        'REFUND_TOO_LARGE',
      );

      expectStatus(201, await refund('rest', { reason: 'Xin lỗi quý khách' }));
      const order = await an.waitForStatus(id, 'refunded');
      expect(order.payment).toMatchObject({ status: 'refunded', refunded: dong(100_000) });
      expect(order.refunds.map(({ amount }: { amount: object }) => amount)).toEqual([dong(25_000), dong(75_000)]);
      expect((await refund(randomUUID(), { reason: 'x' })).body.error.code).toBe('NOTHING_TO_REFUND');
      await eventually(async () => expect((await an.points()).balance).toBe(0));
      expect((await an.points()).entries.map(({ points }: { points: number }) => points)).toEqual([-7, -3, 10]);
      expect(await chargesOf(admin, id)).toEqual([
        expect.objectContaining({ status: 'refunded', amount: dong(100_000), refunded: dong(100_000) }),
      ]);
      await eventually(async () => {
        const events = (await mailsTo(admin, an.email)).map(({ event }) => event);
        expect(events.filter((event) => event === 'order-refunded')).toHaveLength(2);
        expect(events).toHaveLength(7);
      });
    });

    it('find orders by status, customer and day, page by page', async () => {
      const { admin, shop } = open;
      const an = await register(shop);
      const ids: string[] = [];
      for (let cup = 0; cup < 3; cup += 1) ids.unshift((await an.buy(drink.variantId, 'tok_ok')).id);
      for (const id of ids) await an.waitForStatus(id, 'confirmed');
      expectStatus(200, await admin.post(`/admin/orders/${ids[0]}/accept`));
      const listed = async (query: string) =>
        expectStatus(200, await admin.get(`/admin/orders?customer=${an.userId}${query}`)).body;
      const idsOf = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id);
      await eventually(async () => expect(idsOf(await listed('&status=accepted'))).toEqual([ids[0]]));
      const first = await listed('&limit=2');
      expect([idsOf(first), first.meta.hasMore]).toEqual([ids.slice(0, 2), true]);
      const second = await listed(`&limit=2&cursor=${first.meta.nextCursor}`);
      expect([idsOf(second), second.meta]).toEqual([ids.slice(2), { nextCursor: null, hasMore: false }]);
      const day = 86_400_000;
      const at = (days: number) => new Date(Date.now() + days * day).toISOString();
      expect(idsOf(await listed(`&from=${at(-1)}&to=${at(1)}`))).toEqual(ids);
      expect(idsOf(await listed(`&from=${at(1)}`))).toEqual([]);
      const orders = (await admin.get(`/admin/orders/${ids[0]}`)).body.data;
      expect(orders).toMatchObject({ id: ids[0], customerId: an.userId, contact: { name: 'Nguyễn Văn An' } });
      const sales = expectStatus(200, await admin.get('/admin/reports/sales?by=day')).body;
      expect(sales.data.at(-1).orders).toBeGreaterThanOrEqual(3);
    });

    it('count the stock, and adjust it with a reason', async () => {
      const { admin } = open;
      const fresh = await listDrink(admin, { stock: 5 });
      expectStatus(200, await admin.put(`/admin/inventory/${fresh.sku}`, { body: { onHand: 8 } }));
      const path = `/admin/inventory/${fresh.sku}/adjustments`;
      const changed = await admin.post(path, { body: { delta: -3, reason: 'Đổ vỡ' } });
      expect([changed.status < 300, changed.body.data]).toEqual([true, expect.objectContaining({ onHand: 5 })]);
      expect(await stockOf(admin, fresh)).toMatchObject({ onHand: 5, reserved: 0, available: 5 });
      expect((await admin.post(path, { body: { delta: -6, reason: 'Nhầm' } })).status).toBe(409);
    });
  });
});
