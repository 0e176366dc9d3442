import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { ignoreOtherUpgrades } from './upgrades';

let server: Server;
beforeEach(async () => {
  server = createServer((request, reply) => {
    let body = '';
    request.on('data', (data) => (body += String(data)));
    request.on('end', () =>
      reply.end(`${request.method} ${request.url} ${body} ${request.headers.upgrade ?? 'plain'}`),
    );
  });
  ignoreOtherUpgrades(server);
  server.on('upgrade', (request, socket) => {
    if (request.url!.startsWith('/socket.io/')) socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.close());

async function answerTo(...parts: string[]): Promise<string> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const closed = once(client, 'close');
  let answer = '';
  client.on('data', (data) => (answer += data.toString()));
  for (const part of parts) {
    client.write(part);
    await new Promise((done) => setTimeout(done, 20));
  }
  await closed;
  return answer;
}

const offer = (protocol: string) => `Host: shop\r\nUpgrade: ${protocol}\r\nConnection: Upgrade, close\r\n`;

describe('A request that offers another protocol', () => {
  it.each(['h2c', 'websocket', 'TLS/1.0, HTTP/1.1', 'foo'])(
    '%s is answered as an ordinary request',
    async (protocol) => {
      const answer = await answerTo(`GET /brands HTTP/1.1\r\n${offer(protocol)}\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
      expect(answer).toContain('GET /brands  plain');
    },
  );

  it('keeps its body, even if the body arrives later than the head', async () => {
    const head = `POST /login HTTP/1.1\r\n${offer('h2c')}HTTP2-Settings: AAMAAABk\r\nContent-Length: 10\r\n\r\n`;
    expect(await answerTo(`${head}0123456789`)).toContain('POST /login 0123456789 plain');
    expect(await answerTo(`${head}01234`, '56789')).toContain('POST /login 0123456789 plain');
  });

  it('can be followed by further requests on the same connection', async () => {
    const first = `GET /a HTTP/1.1\r\nHost: shop\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n`;
    const answers = await answerTo(first, first, `GET /b HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n`);
    expect(answers.match(/GET \/\w {2}plain/g)).toEqual(['GET /a  plain', 'GET /a  plain', 'GET /b  plain']);
  });

  it('reaches the listener for web sockets, if web sockets are the protocol', async () => {
    expect(await answerTo(`GET /socket.io/?EIO=4 HTTP/1.1\r\n${offer('websocket')}\r\n`)).toMatch(/^HTTP\/1.1 101 /);
  });
});
