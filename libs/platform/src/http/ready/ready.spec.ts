import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { register } from 'prom-client';
import { ShopState } from '#platform/observability';
import { demoShop, tokenFor, type DemoOptions } from '../../serve/testing/demo-shop';
import { MenuController } from '../../serve/testing/demo.controller';

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('A public response from the cache', () => {
  let app: NestFastifyApplication;
  beforeEach(() => {
    MenuController.isCurrent = true;
    MenuController.asked = 0;
  });
  afterEach(() => app.close());

  const open = async (options: DemoOptions = {}) => {
    app = await demoShop(options);
    await app.listen(0, '127.0.0.1');
  };
  const get = async (headers: Record<string, string> | string[] = {}, method = 'GET', body = ''): Promise<Reply> => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const sent = request({ port, host: '127.0.0.1', path: '/api/v1/menu', method, headers });
    sent.end(body);
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: reply.statusCode!, headers: reply.headers, body: await text(reply) };
  };
  const withoutIds = ({ headers, ...reply }: Reply) => {
    const { date: _date, 'x-request-id': _id, ...same } = headers;
    return { ...reply, headers: same };
  };

  it('is sent again with the same status, headers and body, and the controller is not called', async () => {
    await open();
    const [first, second] = [await get(), await get()];
    expect(withoutIds(second)).toEqual(withoutIds(first));
    expect(second.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect((await get({ 'x-request-id': 'mine' })).headers['x-request-id']).toBe('mine');
    expect(MenuController.asked).toBe(1);
  });

  it('is made again when the cached value is not current any more', async () => {
    await open();
    await get();
    MenuController.isCurrent = false;
    await get();
    expect(MenuController.asked).toBe(2);
  });

  it('is stored separately for each language and each origin', async () => {
    await open({ corsOrigins: ['https://front.example'] });
    for (let n = 0; n < 2; n += 1) {
      expect((await get()).body).toContain('Trà vi');
      expect((await get({ 'accept-language': 'en' })).body).toContain('Trà en');
      const crossOrigin = await get({ origin: 'https://front.example' });
      expect(crossOrigin.headers['access-control-allow-origin']).toBe('https://front.example');
      expect((await get({ origin: 'https://other.example' })).headers['access-control-allow-origin']).not.toBe(
        'https://other.example',
      );
    }
    expect(MenuController.asked).toBe(4);
  });

  it('is replaced by a 304 if the client has the current response', async () => {
    await open();
    await get();
    const { status, body, headers } = await get({ 'if-none-match': 'W/"menu-1"' });
    expect([status, body, headers['content-type'], headers.etag]).toEqual([304, '', undefined, '"menu-1"']);
    expect((await get({ 'if-none-match': '"menu-0"' })).status).toBe(200);
    expect(MenuController.asked).toBe(1);
  });

  it.each<[string, Record<string, string> | string[], string, string, number]>([
    ['with an access token', { authorization: 'Bearer none' }, 'GET', '', 200],
    ['with a body', { 'content-type': 'application/json', 'content-length': '7' }, 'GET', '{"a":1}', 200],
    ['with two Host headers', ['host', 'a.example', 'host', 'b.example'], 'GET', '', 400],
    ['with the method HEAD', {}, 'HEAD', '', 200],
  ])('is not used for a request %s', async (_what, headers, method, body, status) => {
    await open();
    await get();
    const { asked } = MenuController;
    const reply = await get(headers, method, body);
    expect(reply.status).toBe(status);
    expect(MenuController.asked).toBe(status === 200 ? asked + 1 : asked);
  });

  it('is not sent again if it was the response to a signed-in caller', async () => {
    await open();
    await get({ authorization: `Bearer ${await tokenFor()}` });
    await get();
    expect(MenuController.asked).toBe(2);
  });

  it('is counted for the limit of the API, and is replaced by a 429 above the limit', async () => {
    await open({ rateLimitApi: 4 });
    const statuses = [];
    for (let n = 0; n < 6; n += 1) {
      const { status, headers } = await get();
      statuses.push([status, headers['ratelimit-limit'], headers['ratelimit-remaining']]);
    }
    expect(statuses).toEqual([3, 2, 1, 0, 0, 0].map((left, at) => [at < 4 ? 200 : 429, '4', String(left)]));
  });

  it('is counted for the request rate of the address that requested it', async () => {
    await open({ rateLimitApi: 1_000, edgeRate: 1, profile: 'production' });
    const statuses = [];
    for (let n = 0; n < 8; n += 1) statuses.push((await get()).status);
    expect(statuses.slice(0, 4)).toEqual([200, 200, 200, 200]);
    expect(statuses).toContain(429);
  });

  it('is measured and logged like every other response', async () => {
    const lines: Record<string, unknown>[] = [];
    const keep = (line: unknown) => void (typeof line === 'object' && lines.push(line as Record<string, unknown>));
    await open({ logLevel: 'info', logger: { log: keep, error: keep, warn: keep } });
    const count = async () =>
      Number(
        /_count{method="GET",route="\/api\/v1\/menu",status="200"} (\d+)/.exec(await register.metrics())?.[1] ?? 0,
      );
    const before = await count();
    await get();
    await get({ 'user-agent': 'curl/8' });
    expect((await count()) - before).toBe(2);
    const [first, second] = lines.filter(({ message }) => message === 'request answered');
    expect(Object.keys(second)).toEqual(expect.arrayContaining(Object.keys(first)));
    expect(second).toMatchObject({ url: '/api/v1/menu', statusCode: 200, ip: '127.0.0.0/24', userAgent: 'curl' });
  });

  it('is not sent again while the shop is stopping', async () => {
    await open();
    await get();
    app.get(ShopState).drain();
    expect((await get()).headers.connection).toBe('close');
    expect(MenuController.asked).toBe(2);
  });
});
