import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inParallel } from '../support/buyers';
import { eventually } from '../support/eventually';
import { ADMIN, chargesOf, expectStatus, logIn, register, listDrink, stockOf, type Person } from '../support/people';
import { startShop, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';

jest.setTimeout(300_000);

const MINUTE = 60_000;
const SANDBOX_ENV = { SANDBOX_WEBHOOK_SECRET: 'the-sandbox-and-the-shop-know-it', PAYMENT_TIMEOUT_MS: '1000' };

describe('A payment provider that is switched off, or a shop that restarts', () => {
  let database: TestDatabase;
  let dataDir: string;
  let shop: RunningShop;
  let admin: Person;

  const open = async (env: Readonly<Record<string, string>> = {}) => {
    shop = await startShop({ dataDir, env: { DATABASE_URL: database.url, ...SANDBOX_ENV, ...env } });
    admin = await logIn(shop, ADMIN);
  };
  const reopen = async (env?: Readonly<Record<string, string>>) => {
    await shop.stop();
    await open(env);
  };
  /** The same person with the shop's current process. */
  const withCurrentShop = (person: Person) =>
    new (person.constructor as typeof Person)(shop, person.headers, person.email, person.userId);
  const saga = async (id: string) => expectStatus(200, await admin.get(`/admin/sagas/${id}`)).body.data;
  const waitUntilNeedsAttention = (id: string) =>
    eventually(async () => expect((await saga(id)).state).toBe('needs-attention'), MINUTE);
  const orderOf = async (person: Person, id: string) => (await withCurrentShop(person).get(`/orders/${id}`)).body.data;

  beforeAll(async () => {
    database = await testDatabase();
    dataDir = mkdtempSync(join(tmpdir(), 'shop-absent-'));
    await open();
  });
  afterAll(async () => {
    await shop?.stop();
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('does not reserve goods for ever, because staff can end the order, and the payment is settled when the provider works again', async () => {
    const [buyer, drink, other] = await Promise.all([register(shop), listDrink(admin), listDrink(admin)]);
    const paid = await buyer.buy(other.variantId, 'tok_ok', 1);
    await buyer.waitForStatus(paid.id, 'confirmed');
    const waiting = await buyer.buy(drink.variantId, 'tok_late_webhook', 2);
    await eventually(async () => {
      const sql = `select state from sandbox.charges where order_id = $1`;
      expect(await database.admin(sql, [waiting.id])).toEqual([{ state: 'processing' }]);
    });
    await reopen({ PAYMENT_PROVIDERS: 'cash' });

    const refused = await withCurrentShop(buyer)
      .addToCart(drink.variantId)
      .then(() => withCurrentShop(buyer).placeOrder('tok_ok'));
    expect(refused).toMatchObject({
      status: 409,
      body: {
        error: {
          code: 'PAYMENT_METHOD_UNAVAILABLE',
          details: [{ field: 'payment.method', message: 'cash', value: 'cash' }],
        },
      },
    });
    const inCash = expectStatus(201, await withCurrentShop(buyer).placeOrder('cash')).body.data;
    await withCurrentShop(buyer).waitForStatus(inCash.id, 'confirmed');

    expectStatus(202, await withCurrentShop(buyer).post(`/orders/${waiting.id}/cancel`, { body: {} }));
    expectStatus(200, await withCurrentShop(buyer).post(`/orders/${paid.id}/cancel`, { body: {} }));
    await Promise.all([
      waitUntilNeedsAttention(`checkout:${waiting.id}`),
      waitUntilNeedsAttention(`refunds:${paid.id}`),
    ]);
    expect((await orderOf(buyer, paid.id)).refunds).toMatchObject([{ state: 'requested' }]);

    const settle = { body: { reason: 'the contract with the provider has ended', money: 'unknown' } };
    expectStatus(202, await admin.post(`/admin/sagas/checkout:${waiting.id}/compensate`, settle));
    expect(await withCurrentShop(buyer).waitForStatus(waiting.id, 'cancelled')).toMatchObject({
      cancellation: { code: 'CUSTOMER' },
    });
    await eventually(async () => expect(await stockOf(admin, drink)).toMatchObject({ reserved: 0, onHand: 19 }));
    const findings = async () => (await admin.get(`/admin/payments/findings?orderId=${waiting.id}`)).body.data;
    expect(await findings()).toMatchObject([
      { kind: 'settled-by-hand', reason: `unknown: ${settle.body.reason}`, amount: { amount: 100_000 } },
    ]);

    await reopen();
    await eventually(async () => {
      expect(await chargesOf(admin, paid.id)).toMatchObject([{ status: 'refunded' }]);
      expect(await orderOf(buyer, paid.id)).toMatchObject({ refunds: [{ state: 'refunded' }] });
      // Staff did not know whether money was taken. The provider knew it, and has refunded the money.
      expect((await orderOf(buyer, waiting.id)).payment).toMatchObject({ status: 'refunded' });
    }, 2 * MINUTE);
  });

  it('does not lose orders whose payment was interrupted', async () => {
    const buyers = await inParallel(
      9,
      async () => {
        const [buyer, drink] = await Promise.all([register(shop), listDrink(admin)]);
        await buyer.addToCart(drink.variantId);
        return buyer;
      },
      2,
    );
    const placed = await Promise.all(
      buyers.map(async (buyer, index) => {
        await pause(index * 60);
        return expectStatus(201, await buyer.placeOrder('tok_flaky')).body.data.id as string;
      }),
    );
    for (let restarts = 0; restarts < 2; restarts++) await reopen();
    const statuses = () => Promise.all(placed.map(async (id, index) => (await orderOf(buyers[index], id)).status));
    await eventually(async () => expect(await statuses()).toEqual(placed.map(() => 'confirmed')), 2 * MINUTE);
    for (const id of placed) expect(await chargesOf(admin, id)).toMatchObject([{ status: 'captured' }]);
  });
});
