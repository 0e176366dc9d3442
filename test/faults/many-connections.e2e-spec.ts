import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { anonymous, expectStatus, logIn, listDrink, type Drink, type Person } from '../support/people';
import { startShop, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { OpenConnections } from './support/open-connections';
import { recordResult } from './support/matrix';

jest.setTimeout(240_000);

/** By default the suite opens a tenth of the connections. The limits for one IP address are the same. */
const CROWD = process.env['FAULTS'] === 'whole' ? 10_000 : 1_000;
const ALLOWED_PER_ADDRESS = 100;
const ORDERS = 10;

const secret = () => randomBytes(32).toString('base64');
const OWNER = { email: 'owner@coffee-tea.example', password: 'an-owners-Password-1' };

/** A shop whose limits also count requests from this machine. */
const env = (database: string) => ({
  SHOP_PROFILE: 'production',
  HOST: '127.0.0.1',
  DATABASE_URL: database,
  ADMIN_EMAIL: OWNER.email,
  ADMIN_PASSWORD: OWNER.password,
  PERSONAL_DATA_KEY: secret(),
  SEAL_SIGNING_KEY: secret(),
  EVENT_MAC_KEY: secret(),
  CART_TOKEN_SECRET: secret(),
  TOKEN_SECRET: secret(),
  INTERNAL_SECRET: secret(),
  RATE_LIMIT_API: '1000000000',
  METRICS_PORT: '0',
  METRICS_TOKEN: 'a-token-of-16-or-more',
});

describe('Many connections', () => {
  let database: TestDatabase;
  let shop: RunningShop;
  let port: number;
  let drink: Drink;
  let crowd: OpenConnections;

  beforeAll(async () => {
    database = await testDatabase();
    shop = await startShop({ env: env(database.url) });
    port = Number(new URL(shop.url).port);
    const owner = await logIn(shop, OWNER);
    await createCategoryAndBrand(owner);
    drink = await listDrink(owner, { stock: 1_000 });
  });
  beforeEach(() => void (crowd = new OpenConnections(port)));
  afterEach(() => crowd.closeAll());
  afterAll(async () => {
    await shop?.stop();
    await database?.drop();
  });

  async function createCategoryAndBrand(owner: Person): Promise<void> {
    expectStatus(201, await owner.post('/admin/categories', { body: { name: 'Cà phê', slug: 'ca-phe' } }));
    expectStatus(201, await owner.post('/admin/brands', { body: { name: 'Góc Phố', slug: 'goc-pho' } }));
  }

  const residentMb = async (): Promise<number> => {
    const headers = { authorization: 'Bearer a-token-of-16-or-more' };
    const { body } = await shop.get<string>('//metrics', { headers });
    return Number(/^process_resident_memory_bytes (\d+)/m.exec(body)?.[1]) / 1024 / 1024;
  };

  /**
   * Guests order one after the other while the connections are open. Returns how long each guest waited for the answer.
   */
  async function placeOrders(): Promise<number[]> {
    const durationsMs: number[] = [];
    for (let n = 0; n < ORDERS; n += 1) {
      const first = await anonymous(shop).get('/cart');
      const guest = anonymous(shop).withHeaders({ 'x-cart-token': first.headers.get('x-cart-token') ?? '' });
      const from = performance.now();
      await guest.buy(drink.variantId, 'cash');
      durationsMs.push(Math.round(performance.now() - from));
      expectStatus(200, await shop.get('//health/live'));
      expectStatus(200, await shop.get('//health/ready'));
    }
    return durationsMs.sort((a, b) => a - b);
  }

  const recordCrowd = (fault: string, durationsMs: readonly number[], before: number, after: number) =>
    recordResult({
      ...{ fault, tried: CROWD, lost: 0 },
      note: `orders p50 ${durationsMs[ORDERS / 2]} ms, longest ${durationsMs[ORDERS - 1]} ms; memory ${Math.round(before)} → ${Math.round(after)} MB`,
    });

  it('from one address are closed above the limit', async () => {
    const before = await residentMb();
    await crowd.open(CROWD, 1);
    const durationsMs = await placeOrders();
    expect(crowd.held).toBeLessThanOrEqual(ALLOWED_PER_ADDRESS);
    expect(await crowd.waitUntilClosed(20_000)).toBe(true); // because they sent nothing
    recordCrowd(`${CROWD} silent connections from one address`, durationsMs, before, await residentMb());
  });

  it('from many addresses do not prevent orders, and are closed when they send nothing', async () => {
    const before = await residentMb();
    const addresses = Math.ceil(CROWD / 80);
    await crowd.open(CROWD * 0.9, addresses);
    expect(crowd.held).toBeGreaterThan(ALLOWED_PER_ADDRESS);
    const durationsMs = await placeOrders();
    expect(await crowd.waitUntilClosed(30_000)).toBe(true);
    expect(Object.keys(crowd.answers)).toEqual(['408']);
    recordCrowd(
      `${CROWD * 0.9} silent connections from ${addresses} addresses`,
      durationsMs,
      before,
      await residentMb(),
    );
  });

  it('with half-sent bodies do not fill the memory, and are closed when they send no more', async () => {
    const body = 'x'.repeat(15_000);
    const firstPart = `POST /api/v1/cart/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 16000\r\n\r\n"${body}`;
    const before = await residentMb();
    await crowd.open(CROWD * 0.9, Math.ceil(CROWD / 80), firstPart);
    const durationsMs = await placeOrders();
    const during = await residentMb();
    expect(during - before).toBeLessThan(120); // 32 MB of bodies, and the memory of connections and orders
    expect(await crowd.waitUntilClosed(40_000)).toBe(true);
    const { 408: late = 0, 503: full = 0, ...others } = crowd.answers;
    expect([others, late + full > 0]).toEqual([{}, true]);
    recordCrowd(`${CROWD * 0.9} half-sent bodies`, durationsMs, before, during);
  });

  it('are answered before their bodies are complete if the bodies are not needed', async () => {
    const firstPart =
      'POST /api/v1/nope HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1048500\r\n\r\n{';
    await crowd.open(100, 2, firstPart);
    expect(await crowd.waitUntilClosed(10_000)).toBe(true);
    expect(crowd.answers).toEqual({ 404: 100 });
  });

  it('that send slowly are closed, after ten seconds for a header, and after half a minute for a body', async () => {
    const headers = new OpenConnections(port);
    await headers.open(50, 1, 'GET /api/v1/products HTTP/1.1\r\nHost: a\r\n');
    const firstPart =
      'POST /api/v1/cart/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 16000\r\n\r\n';
    await crowd.open(50, 1, firstPart, () => 1);
    let isSending = true;
    const sendingSlowly = (async () => {
      while (isSending) {
        headers.sendMore('X: y\r\n');
        crowd.sendMore('[');
        await pause(1_000);
      }
    })();
    const durationsMs = await placeOrders();
    const [gone, alsoGone] = [await headers.waitUntilClosed(20_000), await crowd.waitUntilClosed(45_000)];
    isSending = false;
    await sendingSlowly;
    headers.closeAll();
    expect([gone, alsoGone]).toEqual([true, true]);
    recordCrowd('100 connections that send one byte a second', durationsMs, await residentMb(), await residentMb());
  });
});
