import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { anonymous, expectStatus, register, listDrink, type Drink, type Person } from '../support/people';

jest.setTimeout(30_000);

interface ReceivedMessage {
  readonly messageName: string;
  readonly orderId: string;
  readonly version: number;
  readonly status?: string;
  readonly order?: { status: string; version: number };
}

describe('Following an order live', () => {
  let open: OpenShop;
  let drink: Drink;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    open = await openShop();
    drink = await listDrink(open.admin, { stock: 100 });
  }, 240_000);
  afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));
  afterAll(() => open?.close());

  /** Opens a connection. Returns it with all messages that it has received. */
  function listen(auth: object) {
    const socket = io(`${open.shop.url}/orders`, { auth, transports: ['websocket'], reconnection: false });
    sockets.push(socket);
    const received: ReceivedMessage[] = [];
    for (const messageName of ['snapshot', 'event'])
      socket.on(messageName, (message: object) => received.push({ messageName, ...message } as ReceivedMessage));
    const subscribe = (orderId: string, lastVersion?: number) =>
      socket.timeout(5_000).emitWithAck('subscribe', { orderId, ...(lastVersion !== undefined && { lastVersion }) });
    const versions = (name: string) =>
      received.filter(({ messageName }) => messageName === name).map(({ version }) => version);
    return { socket, received, subscribe, versions };
  }
  const advance = async (id: string, ...steps: string[]) => {
    for (const step of steps) expectStatus(200, await open.admin.post(`/admin/orders/${id}/${step}`));
  };
  const buyDrink = async (buyer: Person) => (await buyer.buy(drink.variantId, 'tok_ok')).id as string;

  it('shows the current state, and then every step once and in order', async () => {
    const an = await register(open.shop);
    const client = listen({ token: an.token });
    await an.addToCart(drink.variantId);
    const id = expectStatus(201, await an.placeOrder('tok_late_webhook')).body.data.id;
    expect(await client.subscribe(id)).toEqual({ ok: true });
    expect(client.received[0]).toMatchObject({
      messageName: 'snapshot',
      orderId: id,
      version: 1,
      order: { id, status: 'pending' },
    });
    await an.waitForStatus(id, 'confirmed');
    await advance(id, 'accept', 'prepare', 'ready', 'complete');
    await eventually(() => expect(client.versions('event')).toEqual([2, 3, 4, 5, 6]));
    expect(client.versions('snapshot')).toEqual([1]);
    expect(client.received.slice(1).map(({ status }) => status)).toEqual([
      'confirmed',
      'accepted',
      'preparing',
      'ready',
      'completed',
    ]);
  });

  it('answers messages of any form, and stays connected', async () => {
    const an = await register(open.shop);
    const { socket, subscribe } = listen({ token: an.token });
    const deep: unknown = JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`);
    const invalid: unknown[] = [
      null,
      1,
      'x',
      [],
      {},
      { orderId: { toString: 1 } },
      { orderId: deep },
      { orderId: null },
      deep,
    ];
    const id = randomUUID();
    const withPrototype = JSON.parse(`{ "orderId": "${id}", "__proto__": { "lastVersion": 1 } }`) as object;
    invalid.push({ orderId: id, extra: 1 }, withPrototype, { orderId: id, constructor: 1 }, JSON.parse(`{ "__proto__": { "orderId": "${id}" } }`)); // prettier-ignore
    for (const body of [{ token: an.token, extra: 1 }, { token: an.token, constructor: 1 }])
      expect(await socket.timeout(5_000).emitWithAck('authenticate', body)).toMatchObject({ ok: false, code: 'VALIDATION_ERROR' }); // prettier-ignore
    for (const event of ['subscribe', 'unsubscribe'])
      for (const body of invalid)
        expect(await socket.timeout(5_000).emitWithAck(event, body)).toMatchObject({ ok: false, code: 'VALIDATION_ERROR' }); // prettier-ignore
    expect(await subscribe(await buyDrink(an))).toEqual({ ok: true });
    expect(open.shop.output()).not.toMatch(/broke|uncaught/i);
  });

  it('continues after the last version that the client received', async () => {
    const an = await register(open.shop);
    const id = await buyDrink(an);
    await an.waitForStatus(id, 'confirmed');
    const first = listen({ token: an.token });
    await first.subscribe(id);
    await advance(id, 'accept');
    await eventually(() => expect(first.versions('event')).toEqual([3]));
    first.socket.disconnect();
    await advance(id, 'prepare', 'ready');

    const second = listen({ token: an.token });
    expect(await second.subscribe(id, 3)).toEqual({ ok: true });
    await eventually(() => expect(second.versions('event')).toEqual([4, 5]));
    expect(second.received[0]).toMatchObject({ messageName: 'snapshot', version: 3, order: { status: 'accepted' } });
    await advance(id, 'complete');
    await eventually(() => expect(second.versions('event')).toEqual([4, 5, 6]));
    expect(first.versions('event')).toEqual([3]);
  });

  it('sends every version to each of many sockets, while orders change', async () => {
    const an = await register(open.shop);
    const ids = await Promise.all(
      [1, 2, 3].map(async () => {
        const visitor = await register(open.shop);
        return { visitor, id: await buyDrink(visitor) };
      }),
    );
    const clients = ids.flatMap(({ visitor, id }) =>
      [0, 1].map((lastVersion) => ({ ...listen({ token: visitor.token }), id, lastVersion })),
    );
    await Promise.all(clients.map(({ subscribe, id, lastVersion }) => subscribe(id, lastVersion)));
    await Promise.all(
      ids.map(async ({ visitor, id }) => {
        await visitor.waitForStatus(id, 'confirmed');
        await advance(id, 'accept', 'prepare');
      }),
    );
    await buyDrink(an);
    for (const { versions } of clients)
      await eventually(() => {
        const from = versions('snapshot')[0];
        const all = [from, ...versions('event')];
        expect(all).toEqual(Array.from({ length: 5 - from }, (_, step) => from + step));
      });
  });

  it('is allowed to the guest with the new cart token and to staff, and to nobody else', async () => {
    const visitor = await anonymous(open.shop).addToCart(drink.variantId);
    const shared = visitor.headers.get('x-cart-token')!;
    const guest = anonymous(open.shop).withHeaders({ 'x-cart-token': shared });
    const early = listen({ cartToken: shared });
    await eventually(() => expect(early.socket.connected).toBe(true));
    const { id } = expectStatus(201, await guest.placeOrder('tok_ok')).body.data;
    const cartToken = guest.headers['x-cart-token'];
    const stranger = await register(open.shop);
    for (const one of [early, listen({ cartToken: shared })])
      expect(await one.subscribe(id)).toMatchObject({ ok: false, code: 'CART_TOKEN_SPENT' });
    expect(await listen({ cartToken }).subscribe(id)).toEqual({ ok: true });
    expect(await listen({ token: open.admin.token }).subscribe(id)).toEqual({ ok: true });
    const refused = listen({ token: stranger.token });
    expect(await refused.subscribe(id)).toMatchObject({ ok: false, code: 'NOT_FOUND' });
    const authenticate = (token: string) =>
      early.socket.timeout(5_000).emitWithAck('authenticate', { cartToken: token });
    const another = (await anonymous(open.shop).addToCart(drink.variantId)).headers.get('x-cart-token')!;
    expect(await authenticate(another)).toMatchObject({ ok: false, code: 'OTHER_CALLER' });
    expect(await authenticate(cartToken)).toEqual({ ok: true });
    expect(await early.subscribe(id)).toEqual({ ok: true });
    await guest.waitForStatus(id, 'confirmed');
    await advance(id, 'accept');
    expect(refused.received).toEqual([]);
    expect(await refused.subscribe('no-order')).toMatchObject({ ok: false, code: 'VALIDATION_ERROR' });
  });

  it('is possible for a guest’s order after a log-in, but each connection has only one owner', async () => {
    const cartToken = (await anonymous(open.shop).addToCart(drink.variantId)).headers.get('x-cart-token')!;
    const guest = anonymous(open.shop).withHeaders({ 'x-cart-token': cartToken });
    const { id } = expectStatus(201, await guest.placeOrder('tok_ok')).body.data;
    const an = await register(open.shop, guest.headers);
    const own = await buyDrink(an);
    const account = listen({ token: an.token, cartToken: guest.headers['x-cart-token'] });
    const visitor = listen({ cartToken: guest.headers['x-cart-token'] });
    expect(await account.subscribe(own)).toEqual({ ok: true });
    expect(await account.subscribe(id)).toMatchObject({ ok: false, code: 'NOT_FOUND' });
    expect(await visitor.subscribe(id)).toEqual({ ok: true });
    expect(await visitor.subscribe(own)).toMatchObject({ ok: false, code: 'NOT_FOUND' });
  });

  it.each([
    ['without a token', {}, 'UNAUTHENTICATED'],
    ['with a cart token that the shop did not issue', { cartToken: 'a'.repeat(64) }, 'UNAUTHENTICATED'],
    ['with a made-up access token', { token: 'made.up.token' }, 'TOKEN_INVALID'],
  ])('refuses a caller %s', async (_, auth, code) => {
    const { socket } = listen(auth);
    const error = await new Promise<Error & { data?: { code: string } }>((refused) =>
      socket.once('connect_error', refused),
    );
    expect(error.data).toEqual({ code });
  });

  it('is counted: a metric shows the number of connections', async () => {
    const an = await register(open.shop);
    const gauge = async () =>
      Number(/^websocket_active_connections(?:\{.*\})? (\d+)$/m.exec((await open.shop.get('//metrics')).body)?.[1]);
    await eventually(async () => expect(await gauge()).toBe(0));
    const { socket } = listen({ token: an.token });
    await eventually(async () => expect(await gauge()).toBe(1));
    socket.disconnect();
    await eventually(async () => expect(await gauge()).toBe(0));
  });
});
