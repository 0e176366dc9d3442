import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { register, type Person } from '../support/people';

jest.setTimeout(30_000);

const ALLOWED_PER_ADDRESS = 3;
const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';

describe('Sockets', () => {
  let open: OpenShop;
  let an: Person;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    open = await openShop({
      TRUSTED_PROXIES: '127.0.0.1,::1',
      RATE_LIMIT_API: '1000000000', // 0 would switch these limits off
      EDGE_SOCKETS: String(ALLOWED_PER_ADDRESS),
    });
    an = await register(open.shop);
  }, 240_000);
  afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));
  afterAll(() => open?.close());

  const from = (address: string) => ({ 'x-forwarded-for': address });
  const shake = async (address: string) => (await fetch(open.shop.url + HANDSHAKE, { headers: from(address) })).status;
  function connect(auth: object, { namespace = '/orders', address }: { namespace?: string; address?: string } = {}) {
    const socket = io(open.shop.url + namespace, {
      ...{ auth, transports: ['websocket'], reconnection: false, forceNew: true },
      ...(address && { extraHeaders: from(address) }),
    });
    sockets.push(socket);
    const came = new Promise<string>((resolve) => {
      socket.once('connect', () => resolve('connected'));
      socket.once('connect_error', (error: Error & { data?: { code: string } }) =>
        resolve(error.data?.code ?? 'refused'),
      );
    });
    const left = new Promise<string>((resolve) => socket.once('disconnect', resolve));
    return { socket, came, left };
  }

  it('of one IP address are limited, and a socket that joins nothing is closed', async () => {
    const address = '198.51.100.7';
    const answers = [];
    for (let n = 0; n < ALLOWED_PER_ADDRESS + 2; n++) answers.push(await shake(`${address}:${5000 + n}`)); // some proxies add the port
    expect(answers).toEqual([200, 200, 200, 403, 403]);
    expect(await shake('198.51.100.8')).toBe(200);
    expect(await connect({ token: an.token }, { address }).came).toBe('refused');
    // After five seconds the sockets that joined nothing are closed, so new ones are accepted.
    // The attempts are slow, because attempts are counted too.
    await eventually(async () => {
      await pause(1_000);
      expect(await connect({ token: an.token }, { address }).came).toBe('connected');
    }, 15_000);
  });

  it('that leave all that they joined are closed', async () => {
    const { socket, came } = connect({ token: an.token });
    await came;
    const closed = new Promise<string>((resolve) => socket.io.engine.once('close', resolve));
    // Like `disconnect()`, but without closing the connection.
    socket.io.engine.write('41/orders,');
    expect(await closed).toBe('transport close');
  });

  it('are refused on the root namespace', async () => {
    expect(await connect({ token: an.token }, { namespace: '' }).came).toBe('NOT_FOUND');
  });

  it('of one account are five at most', async () => {
    const visitor = await register(open.shop);
    const five = Array.from({ length: 5 }, () => connect({ token: visitor.token }));
    for (const { came } of five) expect(await came).toBe('connected');
    expect(await connect({ token: visitor.token }).came).toBe('TOO_MANY_SOCKETS');
    five[0].socket.disconnect();
    await eventually(async () => expect(await connect({ token: visitor.token }).came).toBe('connected'));
  });

  it('may send sixty messages a minute, and are then closed with a code', async () => {
    const { socket, came, left } = connect({ token: (await register(open.shop)).token });
    await came;
    let answered = 0;
    const closed = new Promise<{ code: string }>((resolve) => socket.once('closed', resolve));
    for (let n = 0; n < 100; n++) socket.emit('subscribe', { orderId: randomUUID() }, () => (answered += 1));
    expect(await closed).toMatchObject({ code: 'RATE_LIMITED', message: expect.any(String) });
    expect(await left).toBe('io server disconnect');
    expect(answered).toBeLessThan(60);
  });

  it('count attempts to join too', async () => {
    const { socket, came } = connect({ token: an.token });
    await came;
    const closed = new Promise<string>((resolve) => socket.io.engine.once('close', resolve));
    for (let n = 0; n < 100; n++) socket.io.engine.write('40/nowhere,');
    expect(await closed).toBe('transport close');
  });

  it('accept 16 KB in one message, and answer invalid messages without a log line', async () => {
    const { socket, came, left } = connect({ token: an.token });
    await came;
    const ask = (body: unknown) => socket.timeout(5_000).emitWithAck('unsubscribe', body);
    for (const odd of [{ orderId: { toString: 1, valueOf: 1 } }, { orderId: 'x'.repeat(10_000) }])
      expect(await ask(odd)).toMatchObject({ ok: false, code: 'VALIDATION_ERROR' });
    socket.emit('unsubscribe', { orderId: 'x'.repeat(17_000) });
    expect(await left).toMatch(/transport/);
    expect(open.shop.output()).not.toMatch(/"level":"error"/);
  });
});
