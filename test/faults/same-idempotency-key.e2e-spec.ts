import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackOffice } from '../support/back-office';
import {
  inParallel,
  makeGuest,
  placeOrder,
  waitForOutcome,
  productNamed,
  type Buyer,
  type Product,
} from '../support/buyers';
import { startShop, type Reply, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { recordResult } from './support/matrix';

jest.setTimeout(120_000);

const repeat = <Result>(count: number, ask: () => Promise<Result>) => Promise.all(Array.from({ length: count }, ask));
const replayed = (replies: readonly Reply[]) =>
  replies.filter(({ headers }) => headers.get('idempotent-replayed') === 'true').length;

describe('An order with one idempotency key', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-one-key-'));
  const key = randomUUID();
  let database: TestDatabase;
  let shop: RunningShop;
  let coffee: Product;
  let buyer: Buyer;
  let answers: Reply[];
  const open = async () => {
    shop = await startShop({ dataDir, env: { DATABASE_URL: database.url } });
  };
  const chargesOf = async (orderId: string) =>
    (await (await BackOffice.logIn(shop)).charges()).filter((charge) => charge.orderId === orderId);

  beforeAll(async () => {
    database = await testDatabase();
    await open();
    coffee = await productNamed(shop, 'ca-phe-sua-da');
    buyer = await makeGuest(shop, 'dung', { variantId: coffee.variantId, quantity: 2 });
  });
  afterAll(async () => {
    await shop?.stop();
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('is placed once by 50 requests at the same time, which all get the same answer', async () => {
    answers = await repeat(50, () => placeOrder(shop, buyer, { key }));
    const [{ body }] = answers;
    expect(body.data).toMatchObject({ status: 'pending', version: 1 });
    for (const answer of answers) expect([answer.status, answer.body]).toEqual([201, body]);
    expect(replayed(answers)).toBe(49);
    expect(await waitForOutcome(shop, buyer, body.data.id)).toMatchObject({ status: 'confirmed' });
    expect(await chargesOf(body.data.id)).toMatchObject([{ status: 'captured', amount: { amount: 2 * coffee.price } }]);
    expect(await (await BackOffice.logIn(shop)).orders()).toHaveLength(1);
    recordResult({ fault: 'one key, asked for 50 times at once', tried: 50, lost: 0, note: 'one order, one charge' });
  });

  it('is returned again when the cart has changed, and another body is refused', async () => {
    const { headers } = buyer;
    await shop.post('/cart/items', { headers, body: { variantId: coffee.variantId, quantity: 1 } });
    const again = await placeOrder(shop, buyer, { key });
    expect([again.status, again.body]).toEqual([201, answers[0].body]);
    const another = await placeOrder(shop, buyer, { key, note: 'Ít đá' });
    expect([another.status, another.body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it.each([
    ['a restart', () => shop.stop()],
    ['a crash', () => shop.kill()],
  ])('is returned again after %s', async (_, end) => {
    await end();
    await open();
    const again = await repeat(50, () => placeOrder(shop, buyer, { key }));
    for (const answer of again) expect([answer.status, answer.body]).toEqual([201, answers[0].body]);
    expect(replayed(again)).toBe(50);
    expect(await chargesOf(answers[0].body.data.id)).toHaveLength(1);
    const another = await placeOrder(shop, buyer, { key, pay: 'tok_declined' });
    expect([another.status, another.body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('is the only order of its cart, so a second key is refused', async () => {
    const line = { variantId: coffee.variantId, quantity: 1 };
    const buyers = await inParallel(20, (index) => makeGuest(shop, `giang${index}`, line));
    const pairs = await Promise.all(buyers.map((one) => repeat(2, () => placeOrder(shop, one))));
    for (const pair of pairs) {
      const [placed, refused] = pair.sort((a, b) => a.status - b.status);
      expect([placed.status, refused.status, refused.body.error?.code]).toEqual([201, 409, 'CART_ALREADY_ORDERED']);
    }
  });

  it('does not prevent another buyer from using the same key', async () => {
    const stranger = await makeGuest(shop, 'em', { variantId: coffee.variantId, quantity: 1 });
    const reply = await placeOrder(shop, stranger, { key });
    expect(reply.status).toBe(201);
    expect(reply.body.data.id).not.toBe(answers[0].body.data.id);
  });
});
