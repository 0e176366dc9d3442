import { randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { anonymous, expectStatus, mailsTo, Person, listDrink, type Drink } from '../support/people';

jest.setTimeout(60_000);

const password = 'a-long-Password-1';
const name = 'Nguyễn Thị Bình';

describe('A customer’s profile', () => {
  let open: OpenShop;
  let drink: Drink;
  beforeAll(async () => {
    open = await openShop();
    drink = await listDrink(open.admin, { stock: 100 });
  }, 240_000);
  afterAll(() => open?.close());

  const registerBinh = async (more: object = {}, headers: Record<string, string> = { 'accept-language': 'en' }) => {
    const email = `binh-${randomUUID()}@example.com`;
    const body = { email, password, name, ...more };
    const { data } = expectStatus(201, await open.shop.post('/auth/register', { body, headers })).body;
    return new Person(open.shop, { authorization: `Bearer ${data.accessToken}` }, email, data.user.id);
  };
  /** Removes the profile, as if the registration message had not arrived yet. */
  const removeProfile = (customer: Person) =>
    open.database.admin('delete from customers.customers where id = $1', [customer.userId]);
  const waitForRegistration = async (customer: Person) => {
    await eventually(async () => {
      const [row] = await open.database.admin<{ welcomed: boolean }>(
        'select welcomed from customers.customers where id = $1',
        [customer.userId],
      );
      expect(row?.welcomed).toBe(true);
    });
  };

  it('can be read from the first request on', async () => {
    for (let time = 0; time < 5; time++) {
      const binh = await registerBinh();
      const me = expectStatus(200, await binh.get('/users/me'));
      expect(me.body.data).toMatchObject({ name, email: binh.email, locale: 'en', phone: null });
      const tag = me.headers.get('etag')!;
      const changed = await binh.patch('/users/me', { body: { phone: '0901234567' }, headers: { 'if-match': tag } });
      expect(expectStatus(200, changed).body.data).toMatchObject({ name, locale: 'en', phone: '0901234567' });
      expect((await binh.patch('/users/me', { body: { phone: null }, headers: { 'if-match': tag } })).status).toBe(412);
      await waitForRegistration(binh);
      expect((await binh.get('/users/me')).headers.get('etag')).toBe(changed.headers.get('etag'));
    }
  });

  it('can be read and changed before the registration message has arrived', async () => {
    const binh = await registerBinh();
    await waitForRegistration(binh);
    await removeProfile(binh);
    const me = expectStatus(200, await binh.get('/users/me'));
    expect(me.body.data).toMatchObject({ name, locale: 'en', version: 1 });
    const headers = { 'if-match': me.headers.get('etag')! };
    const changed = expectStatus(200, await binh.patch('/users/me', { body: { locale: 'vi' }, headers }));
    expect(changed.body.data).toMatchObject({ name, locale: 'vi', version: 2 });
  });

  it('has optional fields that null clears', async () => {
    const binh = await registerBinh();
    expectStatus(200, await binh.patch('/users/me', { body: { phone: '0901234567' } }));
    expect(expectStatus(200, await binh.patch('/users/me', { body: { phone: null } })).body.data.phone).toBeNull();
    for (const field of ['name', 'locale'])
      expect((await binh.patch('/users/me', { body: { [field]: null } })).status).toBe(400);

    const required = { recipient: 'Bình', phone: '0901234567', line1: '12 Lê Lợi', city: 'TP. Hồ Chí Minh' };
    const optional = { label: 'Nhà', line2: 'Lầu 2', ward: 'Bến Nghé', district: 'Quận 1' };
    const none = { label: null, line2: null, ward: null, district: null };
    const added = await binh.post('/users/me/addresses', { body: { ...required, ...optional } });
    const { id } = expectStatus(201, added).body.data;
    const cleared = await binh.patch(`/users/me/addresses/${id}`, { body: none });
    expect(expectStatus(200, cleared).body.data).toMatchObject({ ...required, ...none });
    const bare = await binh.post('/users/me/addresses', { body: { ...required, ...none } });
    expect(expectStatus(201, bare).body.data).toMatchObject(none);
    for (const field of Object.keys(required))
      expect((await binh.patch(`/users/me/addresses/${id}`, { body: { [field]: null } })).status).toBe(400);
  });

  it('has addresses that can be sent unchanged as the address of a delivery', async () => {
    const binh = await registerBinh();
    const home = { recipient: 'Bình', phone: '0907654321', line1: '12 Lê Lợi', ward: 'Bến Nghé', city: 'Huế' };
    expectStatus(201, await binh.post('/users/me/addresses', { body: { label: 'Nhà', ...home } }));
    const [address] = (await binh.get('/users/me/addresses')).body.data;
    expectStatus(201, await binh.addToCart(drink.variantId));
    const ordered = await binh.placeOrder('cash', {
      body: { contact: undefined, fulfilment: { type: 'delivery', address } },
    });
    expect(expectStatus(201, ordered).body.data).toMatchObject({
      contact: { name: 'Bình', phone: '0907654321' },
      fulfilment: { type: 'delivery', address: '12 Lê Lợi, Bến Nghé, Huế' },
    });
  });

  it('has one default address; another one can be made the default', async () => {
    const binh = await registerBinh();
    const home = { recipient: 'Bình', phone: '0907654321', line1: '12 Lê Lợi', city: 'Huế' };
    const add = async () => expectStatus(201, await binh.post('/users/me/addresses', { body: home })).body.data.id;
    const [first, second] = [await add(), await add()];
    const set = (id: string, isDefault: boolean) => binh.patch(`/users/me/addresses/${id}`, { body: { isDefault } });
    const refused = await set(first, false);
    expect([refused.status, refused.body.error.code]).toEqual([409, 'DEFAULT_ADDRESS_NEEDED']);
    expectStatus(200, await set(second, false)); // this changes nothing, because it is not the default
    expectStatus(200, await set(second, true));
    const flags = (await binh.get('/users/me/addresses')).body.data.map((one: { isDefault: boolean }) => one.isDefault);
    expect(flags).toEqual([false, true]);
  });

  it('keeps its version when nothing changes', async () => {
    const binh = await registerBinh();
    const { data } = expectStatus(200, await binh.patch('/users/me', { body: { phone: '0901234567' } })).body;
    for (const body of [{}, { phone: '0901234567' }, { name, locale: 'en' }]) {
      const reply = await binh.patch('/users/me', { body });
      expect(expectStatus(200, reply).body.data).toEqual(data);
    }
    const patchIfMatch = async (tags: string) =>
      (await binh.patch('/users/me', { body: {}, headers: { 'if-match': tags } })).status;
    for (const none of ['"99"', '"98", "99"', `W/"${data.version}"`])
      expect([none, await patchIfMatch(none)]).toEqual([none, 412]);
    for (const one of ['*', `"${data.version}", "99"`]) expect([one, await patchIfMatch(one)]).toEqual([one, 200]);
  });

  it('gives an order its recipient if the order has no recipient of its own', async () => {
    const binh = await registerBinh();
    expectStatus(200, await binh.patch('/users/me', { body: { phone: '0907654321' } }));
    await binh.addToCart(drink.variantId);
    const delivery = { type: 'delivery', address: '12 Lê Lợi' };
    const placed = await binh.placeOrder('tok_ok', { body: { contact: undefined, fulfilment: delivery } });
    expect(expectStatus(201, placed).body.data.contact).toEqual({ name, phone: '0907654321', email: binh.email });

    await binh.addToCart(drink.variantId, 2);
    const forAnother = await binh.placeOrder('tok_ok', { body: { contact: { name: 'Chị Lan' } } });
    const { contact } = expectStatus(201, forAnother).body.data;
    expect(contact).toEqual({ name: 'Chị Lan', phone: '0907654321', email: binh.email });

    const withoutPhone = await registerBinh();
    await withoutPhone.addToCart(drink.variantId);
    const refusedOrder = await withoutPhone.placeOrder('tok_ok', {
      body: { contact: undefined, fulfilment: delivery },
    });
    expect(expectStatus(400, refusedOrder).body.error.details).toEqual([
      { field: 'contact.phone', message: expect.any(String) },
    ]);
  });

  it.each(['An\r\nYou have won', 'An https://evil.example/x', 'evil.example/x', 'www.evil.example', 'An\u2028Win'])(
    'cannot have the name %j',
    async (bad) => {
      const body = { email: `${randomUUID()}@example.com`, password, name: bad };
      const fields = (reply: { body: any }) => reply.body.error.details.map(({ field }: { field: string }) => field);
      expect(fields(expectStatus(400, await open.shop.post('/auth/register', { body })))).toEqual(['name']);
      expect(fields(expectStatus(400, await open.admin.patch('/users/me', { body: { name: bad } })))).toEqual(['name']);
      const address = { recipient: bad, label: bad, phone: '0901234567', line1: '12 Lê Lợi', city: 'Huế' };
      const refusedAddress = expectStatus(400, await open.admin.post('/users/me/addresses', { body: address }));
      expect(fields(refusedAddress).sort()).toEqual(['label', 'recipient']);
      const ordered = await anonymous(open.shop).placeOrder('cash', {
        body: { contact: { name: bad, phone: '0901234567' } },
      });
      expect(fields(expectStatus(400, ordered))).toEqual(['contact.name']);
    },
  );

  it('is not quoted in a letter to an unconfirmed address, and the note of the order is not either', async () => {
    const email = `victim-${randomUUID()}@example.com`;
    const cartToken = (await anonymous(open.shop).addToCart(drink.variantId)).headers.get('x-cart-token')!;
    const guest = anonymous(open.shop).withHeaders({ 'x-cart-token': cartToken });
    const abusiveText = 'Send your password to Bob';
    const contact = { name: abusiveText, phone: '0901234567', email };
    const { id } = expectStatus(201, await guest.placeOrder('tok_ok', { body: { contact, note: abusiveText } })).body
      .data;
    await guest.waitForStatus(id, 'confirmed');
    expectStatus(200, await guest.post(`/orders/${id}/cancel`, { body: { reason: abusiveText } }));
    const letters = await eventually(async () => {
      const all = await mailsTo(open.admin, email);
      expect(all.map(({ event }) => event)).toEqual(expect.arrayContaining(['order-confirmed', 'order-cancelled']));
      return all;
    });
    for (const { subject, body } of letters) expect(`${subject}\n${body}`).not.toContain(abusiveText);
    expect(letters[0].body).toMatch(/^Chào bạn,/);
  });
});
