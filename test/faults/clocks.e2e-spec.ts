import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeGuest, placeOrder, waitForOutcome, productNamed, type Product } from '../support/buyers';
import { BackOffice } from '../support/back-office';
import { expectStatus } from '../support/people';
import { startShop, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';

jest.setTimeout(120_000);

const MINUTE = 60_000;
const CLOCK = join(__dirname, 'support', 'another-clock.cjs');
const PATIENCE_MS = 30_000;

/** The result of each card's order when all clocks are right. */
const expectedResults: Readonly<Record<string, string>> = {
  tok_ok: 'confirmed',
  tok_declined: 'cancelled PAYMENT_DECLINED',
  tok_slow: 'confirmed',
  tok_flaky: 'confirmed',
  tok_late_webhook: 'confirmed',
  tok_timeout_charged: 'confirmed',
};

describe('Two shops on one database whose clocks are wrong', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-clocks-')); // one folder, so that both shops have the same secrets
  let database: TestDatabase;
  const open: RunningShop[] = [];

  beforeAll(async () => (database = await testDatabase()));
  afterEach(() => Promise.all(open.splice(0).map((shop) => shop.stop())));
  afterAll(async () => {
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const openAt = async (minutes: number) => {
    const NODE_OPTIONS = `--require ${CLOCK}`;
    const CLOCK_WRONG_BY_MS = `${minutes * MINUTE}`;
    const shop = await startShop({ dataDir, env: { DATABASE_URL: database.url, NODE_OPTIONS, CLOCK_WRONG_BY_MS } });
    open.push(shop);
    return shop;
  };

  /** Places an order with each card and in cash. Returns the results. */
  const sell = async (shop: RunningShop, { variantId }: Product) => {
    const payments = [...Object.keys(expectedResults).map((pay) => ({ pay })), { pay: 'cash', cash: true }];
    const results = await Promise.all(
      payments.map(async (kind) => {
        const buyer = await makeGuest(shop, 'khach', { variantId, quantity: 1 });
        const { id } = expectStatus(201, await placeOrder(shop, buyer, kind)).body.data;
        const { status, cancellation } = await waitForOutcome(shop, buyer, id, Date.now() + PATIENCE_MS);
        return [kind.pay, [status, cancellation?.code].filter(Boolean).join(' ')] as const;
      }),
    );
    return Object.fromEntries(results);
  };

  it.each([
    [-60, 20],
    [60, -20],
  ])('by %i and %i minutes give every order its normal result, and send no request twice', async (one, other) => {
    const shops = await Promise.all([one, other].map(openAt));
    const product = await productNamed(shops[0], 'ca-phe-sua-da');
    await (await BackOffice.logIn(shops[0])).putStock(product.sku, 1_000);
    const results = await Promise.all(shops.map((shop) => sell(shop, product)));
    expect(results).toEqual(shops.map(() => ({ ...expectedResults, cash: 'confirmed' })));

    const lateMessages = await database.admin<{ heard: string }>(
      `select distinct heard from ordering.process_journal where heard ~ '(waits|overdue)'`,
    );
    expect(lateMessages).toEqual([]);
    const timers = await database.admin<{ late: boolean }>(
      `select distinct due_at not between now() and now() + interval '1 hour' as late from ordering.timers`,
    );
    expect(timers.filter(({ late }) => late)).toEqual([]);
  });
});
