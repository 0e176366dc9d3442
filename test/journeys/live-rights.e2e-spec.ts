import { setTimeout as pause } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { ADMIN, anonymous, expectStatus, logIn, register, listDrink, type Drink, type Person } from '../support/people';
import { startShop, type RunningShop } from '../support/start-shop';

jest.setTimeout(60_000);

const WITHIN_MS = 5_000;
const SHORT_LIFE_S = 4;

/** Rights are removed in one process of the shop. The sockets are connected to the other process. */
describe('A live connection whose rights have changed', () => {
  let open: OpenShop;
  let other: RunningShop;
  let drink: Drink;
  const sockets: Socket[] = [];

  const startOther = (port: string) =>
    startShop({
      dataDir: open.shop.dataDir, // both processes need the same secrets
      env: { DATABASE_URL: open.database.url, ACCESS_TOKEN_TTL_SECONDS: String(SHORT_LIFE_S), PORT: port },
    });
  beforeAll(async () => {
    open = await openShop();
    other = await startOther('0');
    drink = await listDrink(open.admin, { stock: 100 });
  }, 240_000);
  afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));
  afterAll(async () => {
    await other?.stop();
    await open?.close();
  });

  function listen(auth: object) {
    const socket = io(`${other.url}/orders`, {
      ...{ auth, transports: ['websocket'], forceNew: true },
      ...{ reconnectionDelay: 100, reconnectionDelayMax: 300, randomizationFactor: 0 },
    });
    sockets.push(socket);
    const received: { name: string; code?: string; version?: number; reason?: string }[] = [];
    for (const name of ['snapshot', 'event', 'closed'])
      socket.on(name, (message: object) => received.push({ name, ...message }));
    socket.on('disconnect', (reason) => received.push({ name: 'disconnect', reason }));
    const subscribe = (orderId: string, lastVersion?: number) =>
      socket.timeout(5_000).emitWithAck('subscribe', { orderId, ...(lastVersion !== undefined && { lastVersion }) });
    const expectClosed = (code: string, withinMs = WITHIN_MS) =>
      eventually(() => {
        expect(received.find(({ name }) => name === 'closed')).toMatchObject({ code, message: expect.any(String) });
        expect(received.at(-1)).toEqual({ name: 'disconnect', reason: 'io server disconnect' });
      }, withinMs);
    return { socket, received, subscribe, expectClosed };
  }
  const buyDrink = async (buyer: Person) => {
    const { id } = await buyer.buy(drink.variantId, 'tok_ok');
    await buyer.waitForStatus(id, 'confirmed');
    return id as string;
  };
  const refusalOf = (auth: object) =>
    new Promise<string | undefined>((resolve) =>
      listen(auth).socket.once('connect_error', (error) =>
        resolve((error as Error & { data?: { code: string } }).data?.code),
      ),
    );
  const openEventStream = async (token: string) => {
    const started = await open.admin.post('/admin/projections/sales/rebuilds', { body: {} });
    const { id } = expectStatus(202, started).body.data;
    const path = `/api/v1/admin/projections/sales/rebuilds/${id}/stream`;
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
    const stream = await fetch(other.url + path, { headers, signal: AbortSignal.timeout(2 * WITHIN_MS) });
    const reconnect = () => fetch(other.url + path, { headers });
    return { id, stream, reconnect, cancel: () => open.admin.post(`/admin/projections/sales/rebuilds/${id}/cancel`) };
  };
  const closingDataOf = (stream: string) => /event: closed\n(?:.*\n)*?data: (.*)/.exec(stream)?.[1];

  it('ends with the log-out, and cannot be opened again with the same token', async () => {
    const an = await register(open.shop);
    const id = await buyDrink(an);
    const client = listen({ token: an.token });
    expect(await client.subscribe(id)).toEqual({ ok: true });
    expectStatus(200, await an.post('/auth/logout', { body: {} }));
    await client.expectClosed('SESSION_ENDED');
    expect(await refusalOf({ token: an.token })).toBe('SESSION_ENDED');
  });

  it('ends when the account is erased', async () => {
    const an = await register(open.shop);
    const client = listen({ token: an.token });
    await eventually(() => expect(client.socket.connected).toBe(true));
    expectStatus(202, await an.delete('/users/me', { body: { password: 'a-long-Password-1' } }));
    await client.expectClosed('SUBJECT_ERASED');
  });

  it('ends for a guest whose order is erased, and continues for staff', async () => {
    const cartToken = (await anonymous(open.shop).addToCart(drink.variantId)).headers.get('x-cart-token')!;
    const guest = anonymous(open.shop).withHeaders({ 'x-cart-token': cartToken });
    const { id } = expectStatus(201, await guest.placeOrder('tok_ok')).body.data;
    await guest.waitForStatus(id, 'confirmed');
    expectStatus(200, await guest.post(`/orders/${id}/cancel`, { body: {} }));
    await eventually(async () => {
      const { data } = (await guest.get(`/orders/${id}`)).body;
      expect(data.payment.status).toBe('refunded');
    });
    const client = listen({ cartToken: guest.headers['x-cart-token'] });
    const staff = listen({ token: open.admin.token });
    expect(await client.subscribe(id)).toEqual({ ok: true });
    expect(await staff.subscribe(id)).toEqual({ ok: true });
    expectStatus(202, await open.admin.post(`/admin/orders/${id}/erasure`, { body: {} }));
    await client.expectClosed('SUBJECT_ERASED');
    expect(staff.socket.connected).toBe(true);
  });

  it('ends when a guest’s cart token is replaced, and continues if the client sends the new token', async () => {
    const first = (await anonymous(open.shop).addToCart(drink.variantId)).headers.get('x-cart-token')!;
    const guest = anonymous(open.shop).withHeaders({ 'x-cart-token': first });
    const { id } = expectStatus(201, await guest.placeOrder('tok_ok')).body.data;
    await guest.waitForStatus(id, 'confirmed');
    const shared = guest.headers['x-cart-token'];
    const [other, own] = [listen({ cartToken: shared }), listen({ cartToken: shared })];
    for (const one of [other, own]) expect(await one.subscribe(id)).toEqual({ ok: true });
    await guest.addToCart(drink.variantId);
    expectStatus(201, await guest.placeOrder('tok_ok'));
    const cartToken = guest.headers['x-cart-token'];
    expect(await own.socket.timeout(5_000).emitWithAck('authenticate', { cartToken })).toEqual({ ok: true });
    await other.expectClosed('CART_TOKEN_SPENT', 30_000);
    expect(own.socket.connected).toBe(true);
    expect(await own.subscribe(id)).toEqual({ ok: true });
  });

  it('ends when the token expires, unless the client sends a new one', async () => {
    const visitor = await register(open.shop);
    const short = await logIn(other, { email: visitor.email, password: 'a-long-Password-1' });
    const withoutRenewal = listen({ token: short.token });
    const withRenewal = listen({ token: short.token });
    await eventually(() => expect(withRenewal.socket.connected && withoutRenewal.socket.connected).toBe(true));
    const authenticate = (token: unknown) => withRenewal.socket.timeout(5_000).emitWithAck('authenticate', { token });
    expect(await authenticate('made.up.token')).toMatchObject({ ok: false, code: 'TOKEN_INVALID' });
    expect(await authenticate(7)).toMatchObject({ ok: false, code: 'VALIDATION_ERROR' });
    expect(await authenticate((await register(open.shop)).token)).toMatchObject({ ok: false, code: 'OTHER_CALLER' });
    expect(await authenticate(visitor.token)).toEqual({ ok: true });
    await pause(SHORT_LIFE_S * 1_000);
    await withoutRenewal.expectClosed('TOKEN_EXPIRED');
    expect(withRenewal.socket.connected).toBe(true);
  });

  it('ends when the role changes, for sockets and for event streams', async () => {
    const { email } = await register(open.shop);
    const setRole = (role: string) =>
      open.database.admin(`update identity.accounts set role = $1 where email = $2`, [role, email]);
    await setRole('admin');
    const manager = await logIn(open.shop, { email, password: 'a-long-Password-1' });
    const client = listen({ token: manager.token });
    await eventually(() => expect(client.socket.connected).toBe(true));
    const { stream, cancel } = await openEventStream(manager.token);
    await setRole('manager');
    await client.expectClosed('ROLE_LOST');
    expect(closingDataOf(await stream.text())).toContain('"code":"ROLE_LOST"');
    await cancel();
    const answerToManager = async () => {
      const { status, body } = await manager.get('/admin/orders');
      return [status, body.error?.code];
    };
    expect(await answerToManager()).toEqual([403, 'ROLE_LOST']);
    await setRole('admin');
    expect((await manager.get('/admin/orders')).status).toBe(200);
    expectStatus(200, await manager.post('/auth/logout', { body: {} }));
    expect(await answerToManager()).toEqual([401, 'SESSION_ENDED']);
  });

  it('ends an event stream with the log-out, with a text in the client’s language', async () => {
    const manager = await logIn(open.shop, ADMIN);
    const { stream, reconnect, cancel } = await openEventStream(manager.token);
    expectStatus(200, await manager.post('/auth/logout', { body: {} }));
    expect(JSON.parse(closingDataOf(await stream.text())!)).toEqual({
      code: 'SESSION_ENDED',
      message: 'This session has ended. Sign in again.',
    });
    expect((await reconnect()).status).toBe(401);
    await cancel();
  });

  it('continues after a restart of the shop, without a missing version', async () => {
    const an = await register(open.shop);
    const id = await buyDrink(an);
    const client = listen({ token: an.token });
    const versions = () => client.received.flatMap(({ name, version }) => (name === 'event' ? [version] : []));
    client.socket.on('connect', () => void client.subscribe(id, versions().at(-1) ?? 0));
    await eventually(() => expect(client.received[0]?.name).toBe('snapshot'));
    const advance = async (step: string) => expectStatus(200, await open.admin.post(`/admin/orders/${id}/${step}`));
    await advance('accept');
    await eventually(() => expect(versions()).toEqual([3]));

    const { port } = new URL(other.url);
    expect(await other.stop()).toBe(0);
    await eventually(() => expect(client.received.at(-1)).toEqual({ name: 'disconnect', reason: 'transport close' }));
    await advance('prepare');
    other = await startOther(port);
    await eventually(() => expect(versions()).toEqual([3, 4]), 10_000);
    await advance('ready');
    await eventually(() => expect(versions()).toEqual([3, 4, 5]));
  });
});
