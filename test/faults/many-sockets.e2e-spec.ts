import { readFileSync } from 'node:fs';
import { io, type Socket } from 'socket.io-client';
import { anonymous } from '../support/people';
import { waitUntilIdle, findFaults } from './support/find-faults';
import { sellContinuously, timeUntilRecovered } from './support/sell-continuously';
import { recordResult, repeatCount } from './support/matrix';
import { FaultShop } from './support/fault-shop';
import { ShopServer } from './support/shop-server';

const SOCKETS = repeatCount(1_500, 200);
const HANDSHAKES = repeatCount(50_000, 2_000);
const FILTERS = repeatCount(1_000, 200);
const ALLOWED_PER_ADDRESS = 20;
const TRIED_PER_ADDRESS = 25;
const SOCKETS_PER_GUEST = 5;
const MAX_GROWTH_MB = 300;
const UNKNOWN = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6072';

const addressOf = (n: number) => `203.0.${113 + (n >> 8)}.${n & 255}`;

describe('Many sockets, and many different requests', () => {
  let shopServer: ShopServer;
  let faultShop: FaultShop;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    shopServer = await ShopServer.open();
    faultShop = await FaultShop.open(shopServer, 1, {
      TRUSTED_PROXIES: '127.0.0.1,::1',
      RATE_LIMIT_API: '1000000000',
      EDGE_SOCKETS: String(ALLOWED_PER_ADDRESS),
      EDGE_RATE: '0',
      EDGE_CONNECTIONS: '0',
    });
  }, 240_000);
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    await Promise.all(faultShop?.processes.map((shopProcess) => shopProcess.close()) ?? []);
    await shopServer?.close();
  }, 60_000);

  const residentMb = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${faultShop.shop.pid}/status`, 'utf8'))?.[1]) / 1_024;
  const inSteps = async (count: number, step: number, work: (n: number) => Promise<unknown>) => {
    for (let from = 0; from < count; from += step)
      await Promise.all(Array.from({ length: Math.min(step, count - from) }, (_, n) => work(from + n)));
  };

  /** Connects. Returns the code of the refusal, or `connected`. */
  function connectSocket(cartToken: string, address: string): Promise<string> {
    const socket = io(`${faultShop.shop.url}/orders`, {
      ...{ auth: { cartToken }, transports: ['websocket'], reconnection: false, forceNew: true },
      extraHeaders: { 'x-forwarded-for': address },
    });
    return new Promise((resolve) => {
      socket.once('connect', () => {
        sockets.push(socket);
        resolve('connected');
      });
      socket.once('connect_error', (error: Error & { data?: { code: string } }) =>
        resolve(error.data?.code ?? 'refused'),
      );
    });
  }

  /** Subscribes to somebody else's order again and again, until the socket is closed. */
  function flood(socket: Socket): Promise<string> {
    const closed = new Promise<string>((resolve) =>
      socket.once('closed', ({ code }: { code: string }) => resolve(code)),
    );
    for (let n = 0; n < 100; n++) socket.emit('subscribe', { orderId: UNKNOWN });
    return closed;
  }

  it(`do not stop the orders (${SOCKETS} sockets, ${HANDSHAKES} unfinished handshakes, ${FILTERS} filters)`, async () => {
    const { shop } = faultShop;
    const before = residentMb();
    const load = sellContinuously(faultShop, 250);
    const drink = (await shop.get('/products?limit=1')).body.data[0].variants[0].id as string;
    const guests: string[] = [];
    await inSteps(SOCKETS / SOCKETS_PER_GUEST, 4, async (n) => {
      guests[n] = (await anonymous(shop).addToCart(drink)).headers.get('x-cart-token')!;
    });

    const outcomes = new Map<string, number>();
    await inSteps(SOCKETS, 10, async (n) => {
      const outcome = await connectSocket(
        guests[Math.floor(n / SOCKETS_PER_GUEST)],
        addressOf(Math.floor(n / TRIED_PER_ADDRESS)),
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    });
    const refused = (SOCKETS / TRIED_PER_ADDRESS) * (TRIED_PER_ADDRESS - ALLOWED_PER_ADDRESS);
    expect(Object.fromEntries(outcomes)).toEqual({ connected: SOCKETS - refused, refused });
    expect(new Set(await Promise.all(sockets.map(flood)))).toEqual(new Set(['RATE_LIMITED']));

    const answers = new Map<number, number>();
    await inSteps(HANDSHAKES, 16, async () => {
      const headers = { 'x-forwarded-for': '198.51.100.7' };
      const reply = await fetch(`${shop.url}/socket.io/?EIO=4&transport=polling`, { headers });
      await reply.arrayBuffer();
      answers.set(reply.status, (answers.get(reply.status) ?? 0) + 1);
    });
    // In a minute, an IP address is allowed to connect six times for each allowed session.
    expect(answers.get(200)).toBeLessThanOrEqual(12 * ALLOWED_PER_ADDRESS);
    expect(answers.get(403)).toBe(HANDSHAKES - answers.get(200)!);

    await inSteps(FILTERS, 8, async (n) => {
      const reply = await shop.get(`/products?limit=100&minPrice=${n + 1}&maxPrice=${900_000 + n}`);
      expect(reply.status).toBe(200);
    });

    const sold = faultShop.sales.length;
    await load.stop();
    await timeUntilRecovered(faultShop, Date.now());
    await waitUntilIdle(faultShop);
    const wrong = await findFaults(faultShop);
    const grown = residentMb() - before;
    recordResult({
      fault: 'a crowd of sockets, unfinished handshakes and filters',
      ...{ tried: SOCKETS + HANDSHAKES + FILTERS, lost: wrong.length },
      note: `${sold} orders meanwhile; ${Math.round(grown)} MB more memory`,
    });
    expect(wrong).toEqual([]);
    expect(sold).toBeGreaterThan(10);
    expect(grown).toBeLessThan(MAX_GROWTH_MB);
  }, 900_000);
});
