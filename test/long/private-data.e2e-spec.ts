import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { anonymous, expectStatus, logIn, register, listDrink, type Drink, type Person } from '../support/people';
import { exampleOf } from '../api/bodies';
import { fetchDocument, operationsOf, type ApiDocument, type Operation } from '../api/the-document';

jest.setTimeout(300_000);

type Headers = Readonly<Record<string, string>>;

/** A person with an order, a cart and personal data. */
interface Owner {
  readonly person: Person;
  readonly orderId: string;
  readonly addressId: string;
  readonly userId: string;
  /** The idempotency key of the order. */
  readonly key: string;
  /** Texts that no answer to another person may contain. */
  readonly secrets: readonly string[];
  /** All data of the person, as the person reads it. */
  readAll(): Promise<unknown>;
}

/** Operations that end the caller's own session or account. They are tested last. */
const ENDING_OPERATIONS = ['logOut', 'eraseMe'];

describe('Data of one person', () => {
  let open: OpenShop;
  let document: ApiDocument;
  let drink: Drink;
  let user: Owner;
  let guest: Owner;
  /** The headers of the other callers, by the name of the caller. The headers are the same in all requests. */
  let others: Readonly<Record<string, Headers>>;
  const sockets: Socket[] = [];

  /** A contact, a note and an address with unique texts. */
  const uniqueDetails = () => {
    const mark = randomUUID().slice(0, 8);
    const phone = `09${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;
    const contact = { name: `Lê Thị ${mark}`, phone, email: `${mark}@example.com` };
    const [address, note] = [`${mark}/7 hẻm Bàn Cờ`, `Gọi ${mark} trước`];
    return { contact, address, note, marks: [mark, phone.slice(1)] };
  };

  async function placeOrder(person: Person, key: string, details: ReturnType<typeof uniqueDetails>): Promise<string> {
    const { contact, address, note } = details;
    const body = { contact, note, fulfilment: { type: 'delivery', address } };
    await person.addToCart(drink.variantId, 2);
    const { id } = expectStatus(201, await person.placeOrder('tok_ok', { key, body })).body.data;
    await person.waitForStatus(id, 'confirmed');
    await eventually(async () => expect((await person.get('/cart')).body.data.lines).toEqual([]));
    return id;
  }

  const readerOf = (person: Person, paths: readonly string[]) => async () =>
    Promise.all(paths.map(async (path) => expectStatus(200, await person.get(path)).body.data as unknown));

  beforeAll(async () => {
    open = await openShop();
    document = await fetchDocument(open.shop);
    drink = await listDrink(open.admin, { stock: 500 });

    const an = await register(open.shop);
    const ofAn = uniqueDetails();
    const home = { recipient: ofAn.contact.name, phone: ofAn.contact.phone, line1: ofAn.address, city: 'Huế' };
    const addressId = expectStatus(201, await an.post('/users/me/addresses', { body: home })).body.data.id as string;
    const keyOfAn = randomUUID();
    const orderOfAn = await placeOrder(an, keyOfAn, ofAn);
    const [lineOfAn] = (await an.addToCart(drink.variantId, 3)).body.data.lines as { id: string }[];
    const pathsOfAn = [
      '/users/me',
      '/users/me/addresses',
      '/users/me/loyalty',
      '/cart',
      '/orders',
      `/orders/${orderOfAn}`,
    ];
    user = {
      ...{ person: an, orderId: orderOfAn, addressId, userId: an.userId, key: keyOfAn },
      secrets: [...ofAn.marks, an.email, orderOfAn, addressId, lineOfAn.id],
      readAll: readerOf(an, pathsOfAn),
    };

    const first = (await anonymous(open.shop).addToCart(drink.variantId)).headers.get('x-cart-token')!;
    const cuc = anonymous(open.shop).withHeaders({ 'x-cart-token': first });
    const ofCuc = uniqueDetails();
    const earlier = await placeOrder(cuc, randomUUID(), ofCuc);
    const second = cuc.headers['x-cart-token'];
    const keyOfCuc = randomUUID();
    const orderOfCuc = await placeOrder(cuc, keyOfCuc, ofCuc);
    const [lineOfCuc] = (await cuc.addToCart(drink.variantId, 3)).body.data.lines as { id: string }[];
    await eventually(async () => expect((await cuc.get('/orders')).body.data).toHaveLength(2));
    guest = {
      ...{ person: cuc, orderId: orderOfCuc, addressId: randomUUID(), userId: randomUUID(), key: keyOfCuc },
      secrets: [...ofCuc.marks, earlier, orderOfCuc, lineOfCuc.id],
      readAll: readerOf(cuc, ['/cart', '/orders', `/orders/${earlier}`, `/orders/${orderOfCuc}`]),
    };

    const binh = await register(open.shop);
    await placeOrder(binh, randomUUID(), uniqueDetails());
    const dung = anonymous(open.shop).withHeaders({
      'x-cart-token': (await anonymous(open.shop).addToCart(drink.variantId)).headers.get('x-cart-token')!,
    });
    await placeOrder(dung, randomUUID(), uniqueDetails());
    const newest = cuc.headers['x-cart-token'];
    const lastLetter = newest.endsWith('A') ? 'B' : 'A';
    const loggedIn = await register(open.shop, { 'x-cart-token': first });
    const account = { email: (await register(open.shop)).email, password: 'a-long-Password-1' };
    const loggedInLater = await logIn(open.shop, account, { 'x-cart-token': second });
    const token = (text: string): Headers => ({ 'x-cart-token': text });
    others = {
      'another user': binh.headers,
      'another guest': { ...dung.headers },
      'a copy of the token from before the first order': token(first),
      'a copy of the token of an earlier order': token(second),
      'another user with a copied token too': { ...binh.headers, ...token(second) },
      'a user who registered with a copied token': loggedIn.headers,
      'a user who logged in with a copied token': loggedInLater.headers,
      'a token with another letter': token(`${newest.slice(0, -1)}${lastLetter}`),
      'a token that somebody made up': token('A'.repeat(64)),
      'a token that former builds accepted': token('attacker-chosen-token-1'),
      'nobody': {}, // prettier-ignore
    };
  }, 240_000);
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    await open?.close();
  });

  /** The path of an operation, with the owner's ids. */
  const addressOf = ({ path }: Operation, owner: Owner, lineId: string) =>
    path
      .replace(/^\/api\/v1/, '')
      .replace(/^\/\.well-known/, '//.well-known')
      .replace(/\{(\w+)\}/g, (_, name: string) => {
        const values: Record<string, string> = {
          ...{ lineId, orderId: owner.orderId, sku: drink.sku, idOrSlug: drink.productId, name: 'sales' },
          ...{ provider: 'sandbox', id: /\/addresses\//.test(path) ? owner.addressId : owner.orderId },
        };
        return path.includes('/users/{id}') ? owner.userId : values[name];
      });

  const namesPersonalData = ({ path }: Operation) => /\/(orders|addresses|items)\/\{/.test(path);

  it('cannot be followed by others over a socket', async () => {
    const received: string[] = [];
    const listen = (who: string, auth: object) => {
      const socket = io(`${open.shop.url}/orders`, { auth, transports: ['websocket'], reconnection: false });
      sockets.push(socket);
      socket.onAny((event: string) => {
        if (event !== 'refused') received.push(`${event} for ${who}`);
      });
      return socket;
    };
    const credentials = ({ authorization, 'x-cart-token': cartToken }: Headers) => [
      ...(authorization ? [{ token: authorization.replace('Bearer ', '') }] : []),
      ...(cartToken ? [{ cartToken }] : []),
      ...(authorization || cartToken ? [] : [{}]),
    ];
    const accepted: Record<string, boolean> = {};
    for (const [who, headers] of Object.entries(others))
      for (const auth of credentials(headers)) {
        const socket = listen(who, auth);
        const isConnected = await new Promise<boolean>((done) => {
          socket.once('connect', () => done(true));
          socket.once('connect_error', () => done(false));
        });
        accepted[who] = isConnected;
        if (!isConnected) continue;
        const emit = (event: string, body: object) => socket.timeout(10_000).emitWithAck(event, body);
        for (const { orderId } of [user, guest]) {
          for (const body of [{ orderId }, { orderId, lastVersion: 0 }, { orderId, lastVersion: 1 }])
            expect([who, await emit('subscribe', body)]).toEqual([
              who,
              // The shop refuses a spent token before it looks for the order, as over HTTP.
              expect.objectContaining({ ok: false, code: expect.stringMatching(/^(NOT_FOUND|CART_TOKEN_SPENT)$/) }),
            ]);
          await emit('unsubscribe', { orderId });
        }
        // After `authenticate` with any of these credentials, the caller still cannot subscribe.
        for (const credential of Object.values(others).flatMap(credentials)) await emit('authenticate', credential);
        for (const { orderId } of [user, guest])
          expect([who, await emit('subscribe', { orderId })]).toEqual([who, expect.objectContaining({ ok: false })]);
      }
    expect(accepted).toMatchObject({
      ...{ 'another user': true, 'another guest': true },
      ...{ 'a token with another letter': false, 'a token that somebody made up': false },
      ...{ 'a token that former builds accepted': false, nobody: false },
    });
    const ownSocket = listen('the owner', { cartToken: guest.person.headers['x-cart-token'] });
    expect(await ownSocket.timeout(10_000).emitWithAck('subscribe', { orderId: guest.orderId })).toEqual({ ok: true });
    for (const { orderId } of [user, guest])
      expectStatus(200, await open.admin.post(`/admin/orders/${orderId}/accept`));
    await eventually(() => expect(received).toContain('event for the owner'));
    await user.person.waitForStatus(user.orderId, 'accepted');
    await guest.person.waitForStatus(guest.orderId, 'accepted');
    await pause(500);
    expect(received.filter((one) => !one.endsWith('for the owner'))).toEqual([]);
  });

  // This comes last, because some operations end the caller's own session.
  it('cannot be read or changed by others, by any operation or token', async () => {
    const before = [await user.readAll(), await guest.readAll()];
    const operations = operationsOf(document).sort(
      (a, b) => Number(ENDING_OPERATIONS.includes(a.operationId)) - Number(ENDING_OPERATIONS.includes(b.operationId)),
    );
    expect(operations.length).toBeGreaterThan(90);
    const wrong: string[] = [];
    let requestCount = 0;
    for (const operation of operations)
      await Promise.all(
        Object.entries(others).flatMap(([who, headers]) =>
          [user, guest].map(async (owner) => {
            const lineId = owner.secrets.at(-1)!;
            const path = addressOf(operation, owner, lineId);
            const media = operation.requestBody?.content['application/json'];
            const body = media && (media.example ?? exampleOf(media.schema, document));
            const method = operation.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
            const reply = await open.shop[method](path, {
              headers: { ...headers, 'idempotency-key': owner.key },
              ...(body !== undefined && { body: body as object }),
            });
            requestCount += 1;
            const here = `${operation.operationId} by ${who}: ${reply.status}`;
            if (reply.status >= 500) wrong.push(`${here} is broken`);
            if (namesPersonalData(operation) && ![400, 401, 403, 404].includes(reply.status))
              wrong.push(`${here} is accepted`);
            const text = JSON.stringify([reply.body, [...reply.headers]]);
            const leaked = [...user.secrets, ...guest.secrets].filter(
              (one) => text.includes(one) && !path.includes(one),
            );
            if (leaked.length > 0) wrong.push(`${here} contains ${leaked.join(', ')}`);
          }),
        ),
      );
    expect(wrong).toEqual([]);
    expect(requestCount).toBe(operations.length * Object.keys(others).length * 2);
    expect([await user.readAll(), await guest.readAll()]).toEqual(before);
  });
});
