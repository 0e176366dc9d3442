import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { ADMIN, anonymous, expectStatus, logIn, mailsTo, Person, listDrink, type Drink } from '../support/people';
import { startShop, type Reply, type RunningShop } from '../support/start-shop';
import { recordResult } from './support/matrix';
import { searchPatterns, findPatterns, type Recognisable } from './support/personal-data-patterns';
import { query, everyFile, everyRow, pgDump, serverOf } from './support/what-is-left';

jest.setTimeout(300_000);

const password = 'mat-khau-Cua-Xuyen-77';
const xuyen: Recognisable = {
  name: 'Nguyễn Quỳnh Xuyến Zwölfton',
  email: 'Quynh.Xuyen.Zwolfton@hop-thu-kinhky.example',
  phone: '0987612345',
  address: '77 hẻm Bạchhạclâu, phường Vĩnhtuyền, Huế',
  note: 'Ít ngọt giúp mình, vì bệnh tiểuđườngtýphi',
};
const guest: Recognisable = {
  name: 'Đặng Thoảngqua Lãngkhách',
  email: 'thoangqua.langkhach@noi-khac-xalam.example',
  phone: '0976543218',
  address: '9 ngõ Tầmgửisương, quận Mâytrắng',
  note: 'Gọi cửa sau nhé, chó tên Lômôngvàng',
};
const browser = (who: Recognisable) => ({ 'user-agent': `Traubongian/9.9 (${encodeURIComponent(who.name)})` });

/** The totals of orders and points, which an erasure must not change. */
async function readFigures(admin: Person, server: string, orders: readonly string[]) {
  const day = (at: number) => new Date(at + 7 * 3_600_000).toISOString().slice(0, 10);
  const report = `/admin/reports/sales?from=${day(Date.now() - 864e5)}&to=${day(Date.now() + 864e5)}&by=day`;
  const shown = await Promise.all(orders.map((id) => admin.get(`/admin/orders/${id}`)));
  return {
    totals: shown.map(({ body: { data } }) => [data.number, data.status, data.total, data.payment, data.lines]),
    sales: expectStatus(200, await admin.get(report)).body.data,
    points: await query(
      server,
      'select customer_id, sum(points)::int as entries from customers.points_entries group by 1',
    ),
    balances: await query(
      server,
      'select customer_id, balance::int as entries from customers.points_balances order by 1',
    ),
  };
}

describe('After an erasure', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-erasing-'));
  let shop: RunningShop;
  let server: string;
  let admin: Person;
  let drink: Drink;
  const orders: string[] = [];
  let member: Person;
  let before: Awaited<ReturnType<typeof readFigures>>;
  let guestOrder: string;

  beforeAll(async () => {
    shop = await startShop({ dataDir, env: { LOG_LEVEL: 'debug' } });
    server = serverOf(dataDir);
    admin = await logIn(shop, ADMIN);
    drink = await listDrink(admin, { stock: 1_000 });
  });
  afterAll(async () => {
    await shop?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Sends requests that have personal data in fields and routes where it does not belong. */
  async function makeMistakes(somebody: Recognisable, who: Person): Promise<void> {
    const { name, email, phone, note, address } = somebody;
    const encodedName = encodeURIComponent(name);
    const bodies: [string, unknown][] = [
      ['/auth/register', { email: name, password: note, name: email }],
      ['/auth/register', { email, password, name, phone, address }],
      ['/auth/login', { email, password: phone }],
      ['/auth/login', { email: email.toUpperCase(), password: name }],
      ['/auth/login', `{"email":"${email}","name":"${name}`],
      ['/auth/refresh', { refreshToken: email }],
      ['/cart/items', { variantId: name, quantity: email }],
      ['/cart/items', { variantId: drink.variantId, quantity: 1, note: phone }],
      [
        '/orders',
        { contact: { name, phone: note, email: address }, fulfilment: { type: name }, payment: { method: email } },
      ],
      ['/users/me/addresses', { recipient: name, phone: note, line1: address.repeat(9), city: 5 }],
      [`/orders/${encodedName}/cancel`, { reason: note }],
      [`/payments/webhooks/${encodedName}`, { id: email }],
    ];
    const headers = {
      ...browser(somebody),
      'idempotency-key': randomUUID(),
      referer: `https://x.example/?${encodedName}`,
    };
    for (const [path, body] of bodies) expect((await who.post(path, { body, headers })).status).toBeGreaterThan(399);
    const reads = [
      ...[
        `/search?q=${encodedName}`,
        `/search/suggest?q=${encodedName}`,
        `/products?brand=${encodedName}`,
        `/products/${encodedName}`,
      ],
      ...[
        `/products?${encodedName}=${encodeURIComponent(phone)}`,
        `/users/${encodeURIComponent(email)}`,
        `/${encodedName}/${phone}`,
      ],
      ...[
        `/orders/${encodedName}`,
        `/orders?cursor=${Buffer.from(JSON.stringify({ at: name, id: email })).toString('base64url')}`,
      ],
      ...[
        `/orders?status=${encodeURIComponent(address)}`,
        `//${encodedName}?email=${encodeURIComponent(email)}`,
        `//docs/${encodedName}`,
      ],
    ];
    for (const path of reads) await who.get(path, { headers });
    const asStaff = [
      ...[
        `/admin/mailbox?to=${encodeURIComponent(email)}`,
        `/admin/mailbox?to=${encodedName}`,
        `/admin/orders?customer=${encodedName}`,
      ],
      ...[
        `/admin/orders?customer=${encodeURIComponent(email)}`,
        `/admin/inventory?sku=${encodedName}`,
        `/admin/events?type=${encodedName}`,
      ],
      ...[`/admin/orders/${encodeURIComponent(email)}/events`, `/admin/mailbox?from=${encodeURIComponent(note)}`],
    ];
    for (const path of asStaff) await admin.get(path);
    await admin.post(`/admin/users/${encodeURIComponent(email)}/erasure`);
  }

  const orderBody = ({ name, email, phone, address, note }: Recognisable) => ({
    contact: { name, email, phone },
    fulfilment: { type: 'delivery', address },
    note,
  });

  async function buyAndWait(who: Person, somebody: Recognisable, token: string, status: string): Promise<string> {
    await who.addToCart(drink.variantId);
    const { id } = expectStatus(201, await who.placeOrder(token, { body: orderBody(somebody) })).body.data;
    await who.waitForStatus(id, status);
    orders.push(id);
    return id;
  }

  const steps = async (id: string, ...names: string[]) => {
    for (const step of names) expectStatus(200, await admin.post(`/admin/orders/${id}/${step}`));
  };

  const waitForRefund = (id: string) =>
    eventually(async () => {
      const { refunds } = (await admin.get(`/admin/orders/${id}`)).body.data;
      expect(refunds.map(({ state }: { state: string }) => state)).toEqual(['refunded']);
    });

  it('(preparation: two people register, buy, cancel and mistype, they get letters, and a read model is rebuilt)', async () => {
    const headers = browser(xuyen);
    const registering = await Promise.all(
      [1, 2, 3].map(() =>
        shop.post('/auth/register', { headers, body: { email: xuyen.email, password, name: xuyen.name } }),
      ),
    );
    expect(registering.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const { accessToken, user } = registering.find(({ status }) => status === 201)!.body.data;
    member = new Person(shop, { authorization: `Bearer ${accessToken}`, ...headers }, user.email, user.id);
    await logIn(shop, { email: xuyen.email, password }, headers);
    expectStatus(200, await member.patch('/users/me', { body: { phone: xuyen.phone, name: xuyen.name } }));
    const line = { recipient: xuyen.name, phone: xuyen.phone, line1: xuyen.address, city: 'Huế', label: xuyen.note };
    expectStatus(201, await member.post('/users/me/addresses', { body: line }));
    const visit = await anonymous(shop).addToCart(drink.variantId);
    const stranger = anonymous(shop).withHeaders({
      'x-cart-token': visit.headers.get('x-cart-token')!,
      ...browser(guest),
    });

    await makeMistakes(xuyen, member);
    await makeMistakes(guest, stranger);
    await steps(await buyAndWait(member, xuyen, 'tok_ok', 'confirmed'), 'accept', 'prepare', 'ready', 'complete');
    await buyAndWait(member, xuyen, 'tok_declined', 'cancelled');
    const unwanted = await buyAndWait(member, xuyen, 'tok_ok', 'confirmed');
    expectStatus(200, await member.post(`/orders/${unwanted}/cancel`, { body: { reason: xuyen.note } }));
    await waitForRefund(unwanted);
    guestOrder = await buyAndWait(stranger, guest, 'tok_ok', 'confirmed');
    await steps(guestOrder, 'accept', 'prepare', 'ready', 'complete');
    const refund = { headers: { 'idempotency-key': randomUUID() }, body: { reason: 'spilt' } };
    expectStatus(201, await admin.post(`/admin/orders/${guestOrder}/refunds`, refund));
    await waitForRefund(guestOrder);
    await member.addToCart(drink.variantId, 2); // the cart is not empty

    for (const { email } of [xuyen, guest])
      await eventually(async () => expect((await mailsTo(admin, email)).length).toBeGreaterThan(2));
    const rebuild = await admin.post('/admin/projections/order-view/rebuilds', { body: { goLive: 'auto' } });
    await eventually(async () => {
      const { data } = (await admin.get(`/admin/projections/order-view/rebuilds/${rebuild.body.data.id}`)).body;
      expect(data.state).toBe('live');
    });
    await query(server, 'analyze');
  });

  it('(preparation: one message about these people is a dead letter, and another message is still waiting)', async () => {
    const copies = (handler: string, when: string) =>
      query(
        server,
        `insert into notifications.inbox (message_id, handler, lane, key, type, body, meta, next_at)
         select gen_random_uuid(), $1, $1, key || 'again', type, body, meta, ${when} from ordering.outbox
         where type = 'ordering.order-confirmed.v1'`,
        [handler],
      );
    await copies('a-handler-that-is-gone', 'now()');
    await query(
      server,
      `update notifications.inbox set state = 'dead', held = true, error = 'gone' where handler = 'a-handler-that-is-gone'`,
    );
    await copies('write-letter', `now() + interval '1 hour'`);
    await eventually(async () => {
      const [row] = await query<{ dead: number }>(server, `select count(*)::int as dead from notifications.inbox where state = 'dead'`); // prettier-ignore
      expect(row.dead).toBeGreaterThan(1);
    });
    before = await readFigures(admin, server, orders);
    const rows = await everyRow(server);
    expect(findPatterns(Buffer.concat([...rows.values()]), searchPatterns(xuyen)).length).toBeGreaterThan(5); // the patterns work
  });

  it('no data of the person is in the database, in a file or in a log after ten seconds', async () => {
    const from = Date.now();
    const erasures = [
      expectStatus(202, await member.delete('/users/me', { body: { password } })),
      expectStatus(202, await admin.post(`/admin/orders/${guestOrder}/erasure`)),
    ];
    for (const { body } of erasures)
      await eventually(async () => {
        expect((await admin.get(`/admin/erasures/${body.data.id}`)).body.data.state).toBe('done');
      }, 10_000);
    const took = Date.now() - from;
    expect(took).toBeLessThan(10_000);

    const places = new Map<string, Buffer>([
      ...(await everyRow(server)),
      ...everyFile(dataDir),
      ['what the shop printed', Buffer.from(shop.output())],
    ]);
    const dump = pgDump(server);
    if (dump) places.set('pg_dump', dump);
    const totalBytes = [...places.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    process.stdout.write(
      `done after ${took} ms; ${places.size} tables and files, ${totalBytes} bytes${dump ? ', pg_dump among them' : ''}\n`,
    );
    const patterns = new Map([...searchPatterns(xuyen), ...searchPatterns(guest)]);
    const left = [...places].flatMap(([place, bytes]) =>
      findPatterns(bytes, patterns).map((what) => `${place}: ${what}`),
    );
    expect(left).toEqual([]);
    recordResult({
      fault: 'a person is erased, and looked for in every table, file and log',
      tried: 2,
      lost: left.length,
      recoveryMs: [took],
      note: `${patterns.size} spellings in ${places.size} tables and files`,
    });
  });

  it('waiting messages about the person are handled, and none becomes a dead letter', async () => {
    const waiting = `from notifications.inbox where handler = 'write-letter' and key like '%again'`;
    const dead = `select count(*)::int as dead from notifications.inbox where state = 'dead' and handler = 'write-letter'`;
    await query(
      server,
      `update notifications.inbox set next_at = now() where handler = 'write-letter' and key like '%again'`,
    );
    await eventually(async () => {
      const [row] = await query<{ left: number }>(
        server,
        `select count(*)::int as left ${waiting} and state <> 'done'`,
      );
      expect(row.left).toBe(0);
    });
    expect(await query(server, dead)).toEqual([{ dead: 0 }]);
  });

  it('the hash chain, the totals, the sales and the points are unchanged', async () => {
    expect((await admin.post('/admin/events/verify')).body.data).toMatchObject({ valid: true });
    expect(await readFigures(admin, server, orders)).toEqual(before);
    const erased = { erased: true };
    for (const id of orders)
      expect((await admin.get(`/admin/orders/${id}`)).body.data).toMatchObject({
        contact: { name: erased, phone: erased, email: erased },
        fulfilment: { address: erased },
        note: erased,
      });
  });

  it('the account does not exist any more, and the e-mail address can be registered again', async () => {
    const tryToLogIn = (email: string) => shop.post('/auth/login', { body: { email, password } });
    const refusalOf = ({ status, body }: Reply) => [status, body.error.code, body.error.message];
    expect(refusalOf(await tryToLogIn(xuyen.email))).toEqual(refusalOf(await tryToLogIn('nobody@nowhere.example')));
    const body = { email: xuyen.email, password, name: xuyen.name };
    const { user } = expectStatus(201, await shop.post('/auth/register', { body })).body.data;
    expect(user.id).not.toBe(member.userId);
  });
});
