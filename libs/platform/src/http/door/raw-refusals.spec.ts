import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../../../../test/support/eventually';
import { blockDetector } from './block-detector';
import { noteRequests, refuseRawRequest } from './raw-refusals';

describe('A connection on which no request arrives in time', () => {
  let server: Server;
  let client: Socket;
  let answer = '';
  const HEADERS_MS = 300;

  beforeEach(async () => {
    server = createServer({ headersTimeout: HEADERS_MS, connectionsCheckingInterval: 20 }, (_, reply) =>
      reply.end('ok'),
    );
    server.on('clientError', refuseRawRequest as never);
    noteRequests(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    answer = '';
    client.on('data', (data) => (answer += data.toString()));
    await once(client, 'connect');
  });
  afterEach(() => {
    client.destroy();
    server.close();
  });

  it('is answered with 408', async () => {
    const wasBlocked = jest.spyOn(blockDetector, 'wasBlockedWithin').mockReturnValue(false);
    await eventually(() => expect(answer).toMatch(/^HTTP\/1.1 408 /));
    wasBlocked.mockRestore();
  });

  it('gets more time if this process was blocked', async () => {
    const wasBlocked = jest.spyOn(blockDetector, 'wasBlockedWithin').mockReturnValue(true);
    await eventually(() => expect(wasBlocked).toHaveBeenCalled());
    await pause(50);
    expect(answer).toBe('');
    client.write('GET / HTTP/1.1\r\nhost: shop\r\n\r\n');
    await eventually(() => expect(answer).toMatch(/^HTTP\/1.1 200 /));
    wasBlocked.mockRestore();
  });
});
