import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { Provider } from './provider';
import { QuestionRefused, Unanswered } from './question-errors';

let server: Server;
let asked: IncomingMessage[];
let answer: (reply: ServerResponse, time: number) => void;

beforeAll(async () => {
  Logger.overrideLogger(false);
  server = createServer((request, reply) => {
    asked.push(request);
    request.resume().on('end', () => answer(reply, asked.length));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let prices: Provider;
beforeEach(() => {
  asked = [];
  prices = new Provider('catalogue', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'between us');
});

const say = (status: number, data?: unknown) => (reply: ServerResponse) =>
  void reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
const seconds = async (work: () => Promise<unknown>) => {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
};

describe('A question to another process', () => {
  it('is put with the secret, and answered with data', async () => {
    answer = say(200, [1, 2]);
    expect(await prices.ask('prices', { lines: [] })).toEqual([1, 2]);
    expect(asked[0]).toMatchObject({ method: 'POST', url: '/internal/prices' });
    expect(asked[0].headers).toMatchObject({ 'x-internal-secret': 'between us', 'content-type': 'application/json' });
  });

  it('is repeated twice where the answer is that it cannot be answered now', async () => {
    answer = (reply, time) => say(time < 3 ? 503 : 200, 'at last')(reply);
    expect(await prices.ask('prices', {})).toBe('at last');
    answer = say(500);
    await expect(prices.ask('prices', {})).rejects.toThrow(Unanswered);
    expect(asked).toHaveLength(3 + 3);
  });

  it('is given up after a second', async () => {
    answer = () => undefined;
    expect(await seconds(() => expect(prices.ask('prices', {})).rejects.toThrow(Unanswered))).toBeLessThan(1.5);
    expect(asked).toHaveLength(1);
  });

  it('is unavailable for a while, not absent, when nobody is there', async () => {
    const nobody = new Provider('cart', 'http://127.0.0.1:1', 'between us');
    await expect(nobody.ask('cart-of', {})).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      kind: 'unavailable',
      params: { seconds: 2 },
    });
  });

  it('is a fault of ours when it is refused: not repeated, and no reason to stop asking', async () => {
    answer = say(404);
    for (let time = 0; time < 6; time++) await expect(prices.ask('prices', {})).rejects.toThrow(QuestionRefused);
    expect(asked).toHaveLength(6);
  });

  it('is no longer put to one that does not answer', async () => {
    answer = say(503);
    for (let time = 0; time < 5; time++) await expect(prices.ask('prices', {})).rejects.toThrow(Unanswered);
    expect(asked).toHaveLength(15);
    await expect(prices.ask('prices', {})).rejects.toThrow(Unanswered);
    expect(asked).toHaveLength(15);
  });
});
