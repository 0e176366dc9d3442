import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import {
  anonymous,
  expectStatus,
  logIn,
  mailsTo,
  register,
  listDrink,
  type Drink,
  type Person,
} from '../support/people';
import { startShop, type Reply } from '../support/start-shop';

jest.setTimeout(60_000);

const password = 'a-long-Password-1';

describe('An erasure', () => {
  let open: OpenShop;
  let admin: Person;
  let drink: Drink;
  beforeAll(async () => {
    open = await openShop();
    admin = open.admin;
    drink = await listDrink(admin, { stock: 1_000 });
  }, 240_000);
  afterAll(() => open?.close());

  const waitUntilErased = (id: string) =>
    eventually(async () => {
      const { data } = expectStatus(200, await admin.get(`/admin/erasures/${id}`)).body;
      expect(data.contexts.filter(({ done }: any) => !done)).toEqual([]);
      expect(data).toMatchObject({ state: 'done', doneAt: expect.any(String) });
      return data;
    }, 10_000);
  const buyAndComplete = async (person: Person) => {
    const { id } = await person.buy(drink.variantId, 'tok_ok');
    await person.waitForStatus(id, 'confirmed');
    for (const step of ['accept', 'prepare', 'ready', 'complete'])
      expectStatus(200, await admin.post(`/admin/orders/${id}/${step}`));
    return id as string;
  };
  const requestRefund = async (id: string, amount: number, reason: string): Promise<any> => {
    const body = { amount: { amount, currency: 'VND' }, reason };
    const headers = { 'idempotency-key': randomUUID() };
    return expectStatus(201, await admin.post(`/admin/orders/${id}/refunds`, { body, headers })).body.data;
  };
  const waitUntilRefunded = (id: string): Promise<any> =>
    eventually(async () => {
      const { data } = (await admin.get(`/admin/orders/${id}`)).body;
      expect(new Set(data.refunds.map(({ state }: any) => state))).toEqual(new Set(['refunded']));
      return data;
    });
  const code = ({ status, body }: Reply) => [status, body.error?.code];

  it('is refused until the last order is over, and leaves orders without names', async () => {
    const an = await register(open.shop);
    expectStatus(201, await an.post('/users/me/addresses', { body: { recipient: 'An', phone: '0901234567', line1: '12 Lê Lợi', city: 'Huế' } })); // prettier-ignore
    const first = await buyAndComplete(an);
    const { id: second, number } = await an.buy(drink.variantId, 'tok_ok');
    await an.waitForStatus(second, 'confirmed');

    const guessed = await an.delete('/users/me', { body: { password: 'not-their-password' } });
    expect([...code(guessed), guessed.body.error.message]).toEqual([
      ...[401, 'CREDENTIALS_INVALID', 'The password is not right.'],
    ]);
    const refused = await an.delete('/users/me', { body: { password } });
    expect(code(refused)).toEqual([409, 'ORDER_OPEN']);
    expect(refused.body.error.details).toEqual([{ field: `orders.${second}`, message: `${number}: confirmed` }]);
    expectStatus(200, await an.get('/users/me')); // the customer still exists, because the erasure was refused

    expectStatus(200, await an.post(`/orders/${second}/cancel`, { body: {} }));
    await eventually(async () => {
      const { data } = (await admin.get(`/admin/orders/${second}`)).body;
      expect(data.refunds).toMatchObject([{ state: 'refunded' }]);
    });
    expect((await requestRefund(first, 1_000, 'Nguyễn Văn An found a fly in it')).refunds).toMatchObject([
      { reason: 'Nguyễn Văn An found a fly in it' },
    ]);
    const before = await waitUntilRefunded(first);
    const requested = expectStatus(202, await an.delete('/users/me', { body: { password } })).body.data;
    expect(requested).toMatchObject({ subject: an.userId, kind: 'customer', state: 'under-way' });
    expect(code(await an.get('/users/me'))).toEqual([401, 'TOKEN_INVALID']);
    expect(code(await open.shop.post('/auth/login', { body: { email: an.email, password } }))).toEqual(
      code(await open.shop.post('/auth/login', { body: { email: 'nobody@example.com', password } })),
    );
    const { contexts } = await waitUntilErased(requested.id);
    expect(contexts.map(({ name, done }: any) => [name, done])).toEqual(
      ['identity', 'customers', 'cart', 'ordering', 'payments', 'notifications'].map((name) => [name, true]),
    );

    const after = expectStatus(200, await admin.get(`/admin/orders/${first}`)).body.data;
    const erased = { erased: true };
    expect(after).toEqual({
      ...before,
      contact: { name: erased, phone: erased, email: erased },
      refunds: [{ ...before.refunds[0], reason: erased }],
    });
    expect((await requestRefund(first, 500, 'another one')).refunds[1]).toMatchObject({ reason: 'asked for by staff' });
    await waitUntilRefunded(first); // money that the shop owes is still given back
    const found = await open.database.admin<{ n: number }>(
      `select count(*)::int as n from ordering.order_events e, payments.refunds r
       where r.order_id = e.order_id and (e::text like '%a fly in it%' or r::text like '%a fly in it%')`,
    );
    expect(found).toEqual([{ n: 0 }]);
    expect(await mailsTo(admin, an.email)).toEqual([]);
    expect((await admin.get('/admin/mailbox')).body.data[0]).toMatchObject({ to: 'erased' });
    expect((await admin.post('/admin/events/verify')).body.data).toMatchObject({ valid: true });

    const again = await open.shop.post('/auth/register', { body: { email: an.email, password, name: 'An' } });
    expect(expectStatus(201, again).body.data.user.id).not.toBe(an.userId);
    expect((await admin.get('/admin/erasures')).body.data[0].id).toBe(requested.id);
  });

  it('can be requested by an admin for a customer, and repeated, but not for staff', async () => {
    const binh = await register(open.shop);
    const erase = (id: string) => admin.post(`/admin/users/${id}/erasure`);
    const { id } = expectStatus(202, await erase(binh.userId)).body.data;
    expect(expectStatus(202, await erase(binh.userId)).body.data.id).toBe(id);
    await waitUntilErased(id);
    expect(expectStatus(202, await erase(binh.userId)).body.data).toMatchObject({ id, state: 'done' });
    expect(code(await erase(admin.userId))).toEqual([409, 'STAFF_ACCOUNT']);
    expect(code(await erase(randomUUID()))).toEqual([404, 'NOT_FOUND']);
    expect(code(await admin.delete('/users/me', { body: { password: 'demo-admin-brews' } }))).toEqual([409, 'STAFF_ACCOUNT']); // prettier-ignore
  });

  it('can be requested for the guest of an order, but not for the customer of an order', async () => {
    const visit = await anonymous(open.shop).addToCart(drink.variantId);
    const guest = anonymous(open.shop).withHeaders({ 'x-cart-token': visit.headers.get('x-cart-token')! });
    const { id } = expectStatus(201, await guest.placeOrder('tok_declined')).body.data;
    await guest.waitForStatus(id, 'cancelled');
    const erase = (order: string) => admin.post(`/admin/orders/${order}/erasure`);
    const requested = expectStatus(202, await erase(id)).body.data;
    expect(requested).toMatchObject({ subject: id, kind: 'guest' });
    await waitUntilErased(requested.id);
    const { contact, total } = (await guest.get(`/orders/${id}`)).body.data;
    expect(contact).toMatchObject({ name: { erased: true }, phone: { erased: true } });
    expect(total.amount).toBe(drink.price);

    const member = await register(open.shop);
    expect(code(await erase(await buyAndComplete(member)))).toEqual([409, 'ORDER_OF_CUSTOMER']);
    expect(code(await erase(randomUUID()))).toEqual([404, 'NOT_FOUND']);
    expect(code(await member.post(`/admin/orders/${id}/erasure`))).toEqual([403, 'FORBIDDEN']);
  });

  it('at the same moment as an order: only one of the two succeeds', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 12; round++) {
      const person = await register(open.shop);
      await person.addToCart(drink.variantId);
      // Round 0: the erasure starts long before the order. Round 11: long after it. Other rounds: a moment after it.
      const lead = round === 0 ? -300 : round === 11 ? 300 : round * 2;
      const [placed, asked] = await Promise.all([
        pause(Math.max(0, -lead)).then(() => person.placeOrder('tok_ok')),
        pause(Math.max(0, lead)).then(() => admin.post(`/admin/users/${person.userId}/erasure`)),
      ]);
      const both = `${code(placed).join(' ')} / ${code(asked).join(' ')}`;
      expect(['201  / 409 ORDER_OPEN', '409 SUBJECT_ERASED / 202 ', '401 TOKEN_INVALID / 202 ']).toContain(both);
      outcomes.add(both);
      const [{ count }] = await open.database.admin<{ count: number }>(
        `select count(*)::int as count from ordering.order_events where event_type = 'OrderPlaced' and event_data->>'customerId' = $1`,
        [person.userId],
      );
      expect(count).toBe(placed.status === 201 ? 1 : 0);
    }
    expect(outcomes.size).toBeGreaterThan(1);
  });

  it('makes later changes by the person impossible, also with a token that is still valid', async () => {
    const person = await register(open.shop);
    const other = await logIn(open.shop, { email: person.email, password });
    expectStatus(202, await person.delete('/users/me', { body: { password } }));
    expect(code(await other.patch('/users/me', { body: { name: 'Somebody' } }))).toEqual([401, 'TOKEN_INVALID']);
    expect(code(await other.placeOrder('cash'))).toEqual([401, 'TOKEN_INVALID']);
  });

  it('is refused by a shop that cannot write the list of erased people', async () => {
    const env = { DATABASE_URL: open.database.url, ERASED_SUBJECTS_FILE: '/proc/nope' };
    await expect(startShop({ env, dataDir: open.shop.dataDir })).rejects.toThrow(
      /did not open:\nThe list of erased people \/proc\/nope cannot be written \(ENOENT.*ERASED_SUBJECTS_FILE/,
    );
  });
});
