import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { MetricsServer } from '#platform/observability';
import { demoShop, tokenFor, type DemoOptions } from './testing/demo-shop';

const STRANGER = '198.51.100.7';
const strict: DemoOptions = { rateLimitApi: 1_000, edgeRate: 2, profile: 'production' };

describe('The door', () => {
  let app: NestFastifyApplication;
  /** The clock stands still, so that the rate allows no further requests during a test. */
  beforeEach(() => void jest.spyOn(performance, 'now').mockReturnValue(performance.now()));
  afterEach(async () => {
    jest.restoreAllMocks();
    await app.close();
  });

  const open = async (options: DemoOptions = {}) => (app = await demoShop(options));
  const statuses = async (url: string, times: number, remoteAddress = STRANGER) => {
    const replies = [];
    for (let n = 0; n < times; n += 1) replies.push(await app.inject({ url, remoteAddress }));
    return replies.map(({ statusCode }) => statusCode);
  };
  const countRefused = async (url: string, remoteAddress?: string) =>
    (await statuses(url, 12, remoteAddress)).filter((status) => status === 429).length;

  it.each([
    '/api/v1/brews/free',
    '/docs/openapi.json',
    '/health',
    '/metrics',
    '/nowhere',
    '/api/v1/payments/webhooks/x',
  ])('limits the requests of one address on every path: %s', async (url) => {
    await open(strict);
    expect(await countRefused(url)).toBe(4); // the limits are 2 requests a second and 8 at once
    expect((await app.inject({ url, remoteAddress: '198.51.100.8' })).statusCode).not.toBe(429);
  });

  it('answers with the error form and with Retry-After', async () => {
    await open({ ...strict, corsOrigins: ['https://front.example'] });
    await statuses('/nowhere', 8);
    const { headers, ...reply } = await app.inject({
      url: '/nowhere',
      remoteAddress: STRANGER,
      headers: { origin: 'https://front.example' },
    });
    expect([headers['retry-after'], headers['access-control-allow-origin']]).toEqual(['1', 'https://front.example']);
    expect([reply.statusCode, reply.json<{ error: object }>().error]).toEqual([
      429,
      { code: 'RATE_LIMITED', message: expect.any(String), requestId: headers['x-request-id'] },
    ]);
  });

  it('counts the addresses of one IPv6 network as one address', async () => {
    await open(strict);
    await statuses('/nowhere', 8, '2001:db8::1');
    expect(await statuses('/nowhere', 1, '2001:db8::2')).toEqual([429]);
    expect(await statuses('/nowhere', 1, '2001:db8:0:1::2')).toEqual([404]);
  });

  it('never counts probes', async () => {
    await open(strict);
    expect(await countRefused('/health/live')).toBe(0);
    expect(await countRefused('/health/ready')).toBe(0);
  });

  it.each<[string, DemoOptions, string]>([
    ['a trusted proxy', { ...strict, trustedProxies: ['198.51.100.0/24'] }, STRANGER],
    ['this machine, in the demo', { ...strict, profile: 'demo' }, '127.0.0.1'],
    ['this machine by IPv6, in the demo', { ...strict, profile: 'demo' }, '::1'],
    ['anybody if there is no rate', { ...strict, edgeRate: 0 }, STRANGER],
    ['anybody if the limits are off', { ...strict, rateLimitApi: 0 }, STRANGER],
  ])('does not count %s', async (_, options, address) => {
    await open(options);
    expect(await countRefused('/nowhere', address)).toBe(0);
  });

  it('does not count requests of another process of the shop, after this process has sent the secret', async () => {
    await open(strict);
    const headers = { 'x-internal-secret': 'a guess' };
    await app.inject({ url: '/internal/x', remoteAddress: STRANGER, headers });
    expect((await statuses('/nowhere', 12)).filter((status) => status === 429)).toHaveLength(5);
    const secret = { 'x-internal-secret': 'our-own' };
    expect((await app.inject({ url: '/internal/x', remoteAddress: STRANGER, headers: secret })).statusCode).toBe(404);
    expect(await countRefused('/nowhere')).toBe(0);
  });

  it('counts requests from this machine in production', async () => {
    await open(strict);
    expect(await countRefused('/nowhere', '127.0.0.1')).toBe(4);
  });
});

/** Opens a connection and sends a text. Resolves at the end of the connection, with everything that the server sent. */
const sendText = (port: number, text: string): Promise<{ answer: string; socket: Socket }> =>
  new Promise((done, failed) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(text));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('end', () => done({ answer, socket })).on('error', failed);
  });

describe('The door, for single connections', () => {
  let app: NestFastifyApplication;
  let port: number;
  const open = async (options: DemoOptions = {}) => {
    app = await demoShop(options);
    await app.listen(0, '127.0.0.1');
    port = (app.getHttpServer().address() as AddressInfo).port;
  };
  afterEach(() => app.close());

  const connections = () =>
    new Promise<number>((done) => (app.getHttpServer() as Server).getConnections((_, count) => done(count)));

  it('refuses two Host headers, and HTTP without a version', async () => {
    await open();
    const line = 'GET /api/v1/brews/free';
    for (const text of [`${line} HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n`, `${line}\r\n\r\n`]) {
      const { answer, socket } = await sendText(port, text);
      socket.destroy();
      expect(answer).toContain('MALFORMED_REQUEST');
    }
    const { answer, socket } = await sendText(port, `${line} HTTP/1.1\r\nhOsT: a\r\nConnection: close\r\n\r\n`);
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
  });

  it.each([
    ['a path that does not exist', 'POST /nowhere HTTP/1.1', 404],
    ['a GET with a body', 'GET /api/v1/brews/free HTTP/1.1', 200],
    ['a body that is too large for a customer', 'POST /api/v1/brews/plain HTTP/1.1', 413],
    ['a large body for staff, without a token', 'POST /api/v1/admin/brews HTTP/1.1', 401],
    ['a body that is too large for a payment provider', 'POST /api/v1/payments/webhooks/x HTTP/1.1', 413],
  ])('responds before the body has arrived, and closes the connection: %s', async (_, line, status) => {
    await open();
    const announced = `${line}\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"a":`;
    const { answer, socket } = await sendText(port, announced); // the body is never sent completely
    socket.destroy();
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`));
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  it.each([
    ['an image for a route that accepts JSON', 'POST /api/v1/brews/plain HTTP/1.1', 'image/png'],
    ['a CSV file for the webhooks', 'POST /api/v1/payments/webhooks/x HTTP/1.1', 'text/csv'],
    ['plain text', 'POST /api/v1/brews/plain HTTP/1.1', 'text/plain'],
    ['an image for /admin, without a token', 'POST /api/v1/admin/brews HTTP/1.1', 'image/png'],
  ])('does not read an unwanted body: %s', async (_, line, type) => {
    await open();
    const announced = `${line}\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: 300000000\r\n\r\nxx`;
    const { answer, socket } = await sendText(port, announced);
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 [24]\d\d/);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  it('accepts a large body from staff', async () => {
    await open();
    const description = 'x'.repeat(900_000);
    const add = async (role: string) => {
      const reply = await fetch(`http://127.0.0.1:${port}/api/v1/admin/brews`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await tokenFor({ role })}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Cà phê', variants: [{ name: 'M', stock: 1 }], description }),
      });
      return [reply.status, ((await reply.json()) as { error: { code: string } }).error.code];
    };
    expect(await add('manager')).toEqual([400, 'VALIDATION_ERROR']);
    expect(await add('customer')).toEqual([403, 'FORBIDDEN']);
  });

  it('closes a connection if the client does not close it', async () => {
    await open();
    const { socket } = await sendText(port, 'BREW /pot HTCPCP/1.0\r\n\r\n');
    for (let waited = 0; waited < 3_000 && (await connections()) > 0; waited += 50) await pause(50);
    expect(await connections()).toBe(0);
    socket.destroy();
  });

  it('closes a connection if the client does not read the responses', async () => {
    await open();
    const server: HttpServer = app.getHttpServer();
    expect(server.timeout).toBe(60_000);
    server.setTimeout(400);
    const socket = connect(port, '127.0.0.1', () => {
      for (let n = 0; n < 300; n += 1) socket.write('GET /docs/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n');
    }).pause();
    await pause(300);
    const before = await connections();
    for (let waited = 0; waited < 10_000 && (await connections()) > 0; waited += 50) await pause(50);
    const after = await connections();
    socket.destroy();
    expect([before, after]).toEqual([1, 0]);
  });

  it('accepts a limited number of connections from one address, and accepts new connections after others are closed', async () => {
    await open({ rateLimitApi: 1_000, edgeConnections: 3, profile: 'production' });
    const sockets = Array.from({ length: 8 }, () =>
      connect(port, '127.0.0.1')
        .on('error', () => undefined)
        .resume(),
    );
    const countClosed = () => sockets.filter(({ closed }) => closed).length;
    for (let waited = 0; waited < 10_000 && countClosed() < 5; waited += 20) await pause(20);
    const held = [countClosed(), await connections()];
    for (const socket of sockets) socket.destroy();
    expect(held).toEqual([5, 3]);
    for (let waited = 0; waited < 10_000 && (await connections()) > 0; waited += 20) await pause(20);
    const again = await fetch(`http://127.0.0.1:${port}/health/live`, { headers: { connection: 'close' } });
    expect(again.status).toBe(200);
  });
});

describe('The metrics', () => {
  let app: NestFastifyApplication;
  afterEach(() => app.close());
  const read = async (remoteAddress: string, headers: Record<string, string> = {}) =>
    (await app.inject({ url: '/metrics', remoteAddress, headers })).statusCode;

  it('can be read only from this machine, if no token and no port are set', async () => {
    app = await demoShop();
    expect([await read('127.0.0.1'), await read(STRANGER)]).toEqual([200, 404]);
    expect(await read('127.0.0.1', { 'x-forwarded-for': STRANGER })).toBe(404);
  });

  it('can be read with the token', async () => {
    app = await demoShop({ metricsToken: 'a-token-of-16-or-more' });
    expect(await read(STRANGER, { authorization: 'Bearer a-token-of-16-or-more' })).toBe(200);
    expect([await read(STRANGER, { authorization: 'Bearer x' }), await read('127.0.0.1')]).toEqual([404, 404]);
  });

  it('are served on a separate port, together with the probes, if a port is set', async () => {
    app = await demoShop({ metricsPort: 0 });
    const server = app.get(MetricsServer);
    await server.open();
    const at = async (path: string, method = 'GET') => (await fetch(`http://127.0.0.1:${server.port}${path}`, { method })).status; // prettier-ignore
    expect([await read('127.0.0.1'), await at('/metrics')]).toEqual([404, 200]);
    expect([await at('/health'), await at('/health/live'), await at('/health/ready')]).toEqual([200, 200, 503]);
    expect([await at('/api/v1/brews/free'), await at('/metrics', 'POST')]).toEqual([404, 405]);
    const { port } = server;
    await app.close();
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow();
    app = await demoShop();
  });
});
