import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackOffice } from '../support/back-office';
import { makeGuest, placeOrder, productNamed, type Product } from '../support/buyers';
import { eventually } from '../support/eventually';
import { expectStatus, register, type Person } from '../support/people';
import { startShop, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { OwnServer } from './support/own-server';

jest.setTimeout(180_000);

const MINUTE = 60_000;

describe('A shop that starts while the database server of `customers` and `notifications` does not respond', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-late-')); // one folder, so that every start uses the same keys
  let database: TestDatabase;
  let server: OwnServer;
  let shop: RunningShop;
  let coffee: Product;

  beforeAll(async () => {
    [database, server] = await Promise.all([testDatabase(), OwnServer.open()]);
  });
  afterEach(() => shop?.stop());
  afterAll(async () => {
    await Promise.all([database?.drop(), server?.close()]);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = (more: Record<string, string> = {}) =>
    startShop({
      dataDir,
      env: {
        DATABASE_URL: database.url,
        DATABASE_URL_CUSTOMERS: server.url,
        DATABASE_URL_NOTIFICATIONS: server.url,
        ...more,
      },
    });
  const services = async () => (await shop.get('//health')).body as { status: string; services: object };
  const letters = (id: string) => server.query(`select from notifications.letters where order_id = $1`, [id]);

  const expectDegraded = async () => {
    expect(await services()).toMatchObject({
      status: 'degraded',
      services: {
        database: 'healthy',
        'event-log': 'healthy',
        'database:customers': 'unhealthy',
        'database:notifications': 'unhealthy',
      },
    });
    expect((await shop.get('//health/ready')).status).toBe(200);
  };
  const waitUntilHealthy = () => eventually(async () => expect((await services()).status).toBe('ok'), MINUTE);

  const sellTwoOrders = async (member: Person): Promise<string[]> => {
    const visitor = await makeGuest(shop, 'khach', { variantId: coffee.variantId, quantity: 1 });
    const guestOrder = expectStatus(201, await placeOrder(shop, visitor)).body.data;
    const memberOrder = await member.buy(coffee.variantId, 'tok_ok');
    await member.waitForStatus(memberOrder.id, 'confirmed', MINUTE);
    return [guestOrder.id, memberOrder.id];
  };
  const expectCaughtUp = async (member: Person, orders: readonly string[]) => {
    await waitUntilHealthy();
    for (const id of orders) await eventually(async () => expect(await letters(id)).toHaveLength(1), MINUTE);
    await eventually(async () => expect((await member.points()).balance).toBeGreaterThan(0), MINUTE);
    expect((await member.get('/users/me')).status).toBe(200);
  };

  it('sells, and opens these contexts automatically when their server responds for the first time', async () => {
    await server.stop();
    shop = await start();
    await expectDegraded();
    coffee = await productNamed(shop, 'ca-phe-sua-da');
    await (await BackOffice.logIn(shop)).putStock(coffee.sku, 1_000);
    const member = await register(shop);
    expect((await member.get('/users/me')).body.error.code).toBe('UNAVAILABLE');
    const orders = await sellTwoOrders(member);
    await server.start();
    await expectCaughtUp(member, orders);
  });

  type Action = () => unknown;
  it.each<[what: string, begin: Action, end: Action]>([
    ['stopped', () => server.stop(), () => server.start()],
    ['frozen', () => server.freeze(), () => server.thaw()],
    ['read-only', () => server.readOnly(true), () => server.readOnly(false)],
  ])('sells, and handles the waiting messages later, if the server was %s at a later start', async (_, begin, end) => {
    await begin();
    const startAndSell = async () => {
      shop = await start();
      await expectDegraded();
      const member = await register(shop);
      return { member, orders: await sellTwoOrders(member) };
    };
    const { member, orders } = await startAndSell().finally(() => end());
    await expectCaughtUp(member, orders);
  });

  it('stops with a clear message if it needs the context, or if the server has no such database', async () => {
    const nowhere = 'postgres://nobody@127.0.0.1:9/shop';
    const refused = await start({ DATABASE_URL_PAYMENTS: nowhere }).catch((error: Error) => error.message);
    expect(refused).toMatch(/The database at DATABASE_URL_PAYMENTS cannot be reached, and the shop does not start without it/); // prettier-ignore
    expect(refused).not.toMatch(/\n\s+at /); // no stack
    const wrong = server.url.replace('/shop?', '/nowhere?');
    await expect(start({ DATABASE_URL_CUSTOMERS: wrong })).rejects.toThrow(
      'The database at DATABASE_URL_CUSTOMERS refuses us',
    );
  });
});
