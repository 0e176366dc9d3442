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

const refused = (port: number): Promise<boolean> =>
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

  it('finishes what is under way, takes on nothing new, and is not ready meanwhile', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await ask(port, '/health/ready', agent)).status).toBe(200);
    const slow = ask(port, '/api/v1/brews/slow');
    await Slow.begun();
    const closed = closeShop(app);
    expect(app.get(ShopState).ready).toBe(false);
    expect(await refused(port)).toBe(true);
    Slow.finish();
    expect((await slow).status).toBe(200);
    await closed;
    agent.destroy();
  });

  it('waits no longer than a few seconds for someone who does not finish', async () => {
    const slow = ask(port, '/api/v1/brews/slow').catch(() => 'cut off');
    await Slow.begun();
    const before = Date.now();
    await closeShop(app);
    expect(Date.now() - before).toBeLessThan(8_000);
    expect(await slow).toBe('cut off');
  }, 12_000);
});

describe('What is not HTTP', () => {
  it('is answered in the envelope and hung up on', async () => {
    const app = await demoShop();
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const said = await new Promise<string>((done) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('BREW /pot HTCPCP/1.0\r\n\r\n'));
      socket.on('data', (chunk) => (text += chunk.toString())).on('close', () => done(text));
    });
    await app.close();
    expect(said).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect(JSON.parse(said.split('\r\n\r\n')[1])).toMatchObject({
      success: false,
      error: { code: 'MALFORMED_REQUEST' },
    });
  });
});
