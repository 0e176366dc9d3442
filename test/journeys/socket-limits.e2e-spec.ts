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
      RATE_LIMIT_API: '1000000000', // RATE_LIMIT_API=0 would also switch off the limit on sockets
      EDGE_SOCKETS: String(ALLOWED_PER_ADDRESS),
    });
    an = await register(open.shop);
  }, 240_000);
  afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));
  afterAll(() => open?.close());

  const from = (address: string) => ({ 'x-forwarded-for': address });
  const handshake = async (address: string) =>
    (await fetch(open.shop.url + HANDSHAKE, { headers: from(address) })).status;
  function connect(auth: object, { namespace = '/orders', address }: { namespace?: string; address?: string } = {}) {
    const socket = io(open.shop.url + namespace, {
      ...{ auth, transports: ['websocket'], reconnection: false, forceNew: true },
      ...(address && { extraHeaders: from(address) }),
    });
    sockets.push(socket);
    const outcome = new Promise<string>((resolve) => {
      socket.once('connect', () => resolve('connected'));
      socket.once('connect_error', (error: Error & { data?: { code: string } }) =>
        resolve(error.data?.code ?? 'refused'),
      );
    });
    const disconnected = new Promise<string>((resolve) => socket.once('disconnect', resolve));
    return { socket, outcome, disconnected };
  }

  it('of one IP address are limited, and a socket that joins no namespace is closed', async () => {
    const address = '198.51.100.7';
    const answers = [];
    for (let n = 0; n < ALLOWED_PER_ADDRESS + 2; n++) answers.push(await handshake(`${address}:${5000 + n}`)); // some proxies add the port
    expect(answers).toEqual([200, 200, 200, 403, 403]);
    expect(await handshake('198.51.100.8')).toBe(200);
    expect(await connect({ token: an.token }, { address }).outcome).toBe('refused');
    // After five seconds, the sockets that joined no namespace are closed, so new ones are accepted.
    // The test pauses between attempts, because attempts are counted too.
    await eventually(async () => {
      await pause(1_000);
      expect(await connect({ token: an.token }, { address }).outcome).toBe('connected');
    }, 15_000);
  });

  it('that leave all their namespaces are closed', async () => {
    const { socket, outcome } = connect({ token: an.token });
    await outcome;
    const closed = new Promise<string>((resolve) => socket.io.engine.once('close', resolve));
    // This packet leaves the namespace like `disconnect()`, but the connection stays open.
    socket.io.engine.write('41/orders,');
    expect(await closed).toBe('transport close');
  });

  it('are refused on the root namespace', async () => {
    expect(await connect({ token: an.token }, { namespace: '' }).outcome).toBe('NOT_FOUND');
  });

  it('are limited to five for one account', async () => {
    const visitor = await register(open.shop);
    const five = Array.from({ length: 5 }, () => connect({ token: visitor.token }));
    for (const { outcome } of five) expect(await outcome).toBe('connected');
    expect(await connect({ token: visitor.token }).outcome).toBe('TOO_MANY_SOCKETS');
    five[0].socket.disconnect();
    await eventually(async () => expect(await connect({ token: visitor.token }).outcome).toBe('connected'));
  });

  it('are allowed to send sixty messages a minute, and are closed with a code after more', async () => {
    const { socket, outcome, disconnected } = connect({ token: (await register(open.shop)).token });
    await outcome;
    let answered = 0;
    const closed = new Promise<{ code: string }>((resolve) => socket.once('closed', resolve));
    for (let n = 0; n < 100; n++) socket.emit('subscribe', { orderId: randomUUID() }, () => (answered += 1));
    expect(await closed).toMatchObject({ code: 'RATE_LIMITED', message: expect.any(String) });
    expect(await disconnected).toBe('io server disconnect');
    expect(answered).toBeLessThan(60);
  });

  it('that try too often to join a namespace are closed', async () => {
    const { socket, outcome } = connect({ token: an.token });
    await outcome;
    const closed = new Promise<string>((resolve) => socket.io.engine.once('close', resolve));
    for (let n = 0; n < 100; n++) socket.io.engine.write('40/nowhere,');
    expect(await closed).toBe('transport close');
  });

  it('accept 16 KB in one message, and answer invalid messages without a log line', async () => {
    const { socket, outcome, disconnected } = connect({ token: an.token });
    await outcome;
    const ask = (body: unknown) => socket.timeout(5_000).emitWithAck('unsubscribe', body);
    for (const invalid of [{ orderId: { toString: 1, valueOf: 1 } }, { orderId: 'x'.repeat(10_000) }])
      expect(await ask(invalid)).toMatchObject({ ok: false, code: 'VALIDATION_ERROR' });
    socket.emit('unsubscribe', { orderId: 'x'.repeat(17_000) });
    expect(await disconnected).toMatch(/transport/);
    expect(open.shop.output()).not.toMatch(/"level":"error"/);
  });
});
