import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { RemoteContext } from './remote-context';
import { QuestionRefused, Unanswered } from './question-errors';

let server: Server;
let requests: IncomingMessage[];
let answer: (reply: ServerResponse, time: number) => void;

beforeAll(async () => {
  Logger.overrideLogger(false);
  server = createServer((request, reply) => {
    requests.push(request);
    request.resume().on('end', () => answer(reply, requests.length));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let prices: RemoteContext;
beforeEach(() => {
  requests = [];
  prices = new RemoteContext('catalogue', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'between us');
});

const answerWith = (status: number, data?: unknown) => (reply: ServerResponse) =>
  void reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
const secondsOf = async (work: () => Promise<unknown>) => {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
};

describe('A question to another process', () => {
  it('is sent with the secret, and returns the data of the answer', async () => {
    answer = answerWith(200, [1, 2]);
    expect(await prices.ask('prices', { lines: [] })).toEqual([1, 2]);
    expect(requests[0]).toMatchObject({ method: 'POST', url: '/internal/prices' });
    expect(requests[0].headers).toMatchObject({
      'x-internal-secret': 'between us',
      'content-type': 'application/json',
    });
  });

  it('is repeated up to two times if the other process answers with an error', async () => {
    answer = (reply, time) => answerWith(time < 3 ? 503 : 200, 'at last')(reply);
    expect(await prices.ask('prices', {})).toBe('at last');
    answer = answerWith(500);
    await expect(prices.ask('prices', {})).rejects.toThrow(Unanswered);
    expect(requests).toHaveLength(3 + 3);
  });

  it('fails after a second', async () => {
    answer = () => undefined;
    expect(await secondsOf(() => expect(prices.ask('prices', {})).rejects.toThrow(Unanswered))).toBeLessThan(1.5);
    expect(requests).toHaveLength(1);
  });

  it('fails with UNAVAILABLE, not with NOT_FOUND, if nobody answers', async () => {
    const nobody = new RemoteContext('cart', 'http://127.0.0.1:1', 'between us');
    await expect(nobody.ask('cart-of', {})).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      kind: 'unavailable',
      params: { seconds: 2 },
    });
  });

  it('is not repeated if it is refused, and the circuit breaker still allows calls', async () => {
    answer = answerWith(404);
    for (let time = 0; time < 6; time++) await expect(prices.ask('prices', {})).rejects.toThrow(QuestionRefused);
    expect(requests).toHaveLength(6);
  });

  it('is not sent after five questions in a row without an answer', async () => {
    answer = answerWith(503);
    for (let time = 0; time < 5; time++) await expect(prices.ask('prices', {})).rejects.toThrow(Unanswered);
    expect(requests).toHaveLength(15);
    await expect(prices.ask('prices', {})).rejects.toThrow(Unanswered);
    expect(requests).toHaveLength(15);
  });
});
