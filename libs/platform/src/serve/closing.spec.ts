import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Agent, get } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { ShopState } from '#platform/observability';
import { closeShop } from './closing';
import { Slow } from './testing/demo.controller';
import { demoShop } from './testing/demo-shop';

interface Reply {
  readonly status: number | undefined;
  readonly connection: string | undefined;
}

const ask = (port: number, path: string, agent?: Agent): Promise<Reply> =>
  new Promise((done, failed) => {
    get({ port, path, agent, host: '127.0.0.1' }, (reply) => {
      reply.resume().on('end', () => done({ status: reply.statusCode, connection: reply.headers.connection }));
    }).on('error', failed);
  });

const isRefused = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => done(false)).on('error', () => done(true));
    socket.on('connect', () => socket.destroy());
  });

describe('Closing the shop', () => {
  let app: NestFastifyApplication;
  let port: number;
  beforeEach(async () => {
    app = await demoShop();
    await app.listen(0, '127.0.0.1');
    app.get(ShopState).open();
    port = (app.getHttpServer().address() as AddressInfo).port;
  });

  it('finishes the running requests and accepts no new requests, and the shop is not ready any more', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await ask(port, '/health/ready', agent)).status).toBe(200);
    const slow = ask(port, '/api/v1/brews/slow');
    await Slow.whenBegun();
    const closed = closeShop(app);
    expect(app.get(ShopState).ready).toBe(false);
    expect(await isRefused(port)).toBe(true);
    Slow.finish();
    expect((await slow).status).toBe(200);
    await closed;
    agent.destroy();
  });

  it('waits only a few seconds for a request that does not finish', async () => {
    const slow = ask(port, '/api/v1/brews/slow').catch(() => 'cut off');
    await Slow.whenBegun();
    const before = Date.now();
    await closeShop(app);
    expect(Date.now() - before).toBeLessThan(8_000);
    expect(await slow).toBe('cut off');
  }, 12_000);
});

describe('A request that is not HTTP', () => {
  it('gets a response in the error form, and its connection is closed', async () => {
    const app = await demoShop();
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const answer = await new Promise<string>((done) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('BREW /pot HTCPCP/1.0\r\n\r\n'));
      socket.on('data', (chunk) => (text += chunk.toString())).on('close', () => done(text));
    });
    await app.close();
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect(JSON.parse(answer.split('\r\n\r\n')[1])).toMatchObject({
      success: false,
      error: { code: 'MALFORMED_REQUEST' },
    });
  });
});
