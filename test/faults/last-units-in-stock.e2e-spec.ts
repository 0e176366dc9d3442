import { setTimeout as pause } from 'node:timers/promises';
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
import { startShop, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { recordResult } from './support/matrix';

jest.setTimeout(120_000);

describe('The last pieces', () => {
  let database: TestDatabase;
  let shop: RunningShop;
  let office: BackOffice;
  let coffee: Product;
  const chargesOf = async (ids: Set<string>) => (await office.charges()).filter(({ orderId }) => ids.has(orderId));
  const buy = async (buyers: readonly Buyer[]) => {
    const replies = await Promise.all(buyers.map((buyer) => placeOrder(shop, buyer)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    const until = Date.now() + 30_000;
    const orders = [];
    for (const [index, { body }] of replies.entries())
      orders.push(await waitForOutcome(shop, buyers[index], body.data.id, until));
    return { orders, confirmed: orders.filter(({ status }) => status === 'confirmed') };
  };

  beforeAll(async () => {
    database = await testDatabase();
    shop = await startShop({ env: { DATABASE_URL: database.url } });
    office = await BackOffice.logIn(shop);
    coffee = await productNamed(shop, 'ca-phe-sua-da');
  });
  afterAll(async () => {
    await shop?.stop();
    await database?.drop();
  });

  it('are sold to as many of 200 buyers as there are pieces, and nobody else pays', async () => {
    await office.putStock(coffee.sku, 20);
    const buyers = await inParallel(200, (index) =>
      makeGuest(shop, `an${index}`, { variantId: coffee.variantId, quantity: 1 }),
    );
    const seen: number[] = [];
    let isWatching = true;
    const watch = (async () => {
      for (; isWatching; await pause(50)) {
        const { onHand, reserved, available } = await office.stock(coffee.sku);
        seen.push(onHand, reserved, available);
      }
    })();
    const { orders, confirmed } = await buy(buyers);
    isWatching = false;
    await watch;

    const others = orders.filter(({ status }) => status !== 'confirmed');
    expect(confirmed).toHaveLength(20);
    expect(others.map(({ status, cancellation }) => [status, cancellation?.code])).toEqual(
      others.map(() => ['cancelled', 'OUT_OF_STOCK']),
    );
    const charges = await chargesOf(new Set(orders.map(({ id }) => id)));
    expect(charges.map(({ orderId }) => orderId).sort()).toEqual(confirmed.map(({ id }) => id).sort());
    expect(new Set(charges.map(({ status }) => status))).toEqual(new Set(['captured']));
    expect(await office.stock(coffee.sku)).toEqual({ onHand: 0, reserved: 0, available: 0 });
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(0);
    recordResult({
      fault: '200 buyers at once for the last 20 pieces',
      tried: 200,
      lost: 0,
      note: '20 sold, nobody else paid',
    });
  });

  it('are not sold twice to one buyer with two different lines', async () => {
    const [plain, other] = coffee.choices[0].options.map(({ id }) => ({ optionId: id }));
    const twoLines = (quantity: number) =>
      [[plain], [other]].map((modifiers) => ({ variantId: coffee.variantId, quantity, modifiers }));

    await office.putStock(coffee.sku, 3);
    const tooMuch = await buy([await makeGuest(shop, 'binh', ...twoLines(2))]);
    expect(tooMuch.orders[0]).toMatchObject({ status: 'cancelled', cancellation: { code: 'OUT_OF_STOCK' } });
    expect(tooMuch.orders[0].lines).toHaveLength(2);
    expect(await office.stock(coffee.sku)).toEqual({ onHand: 3, reserved: 0, available: 3 });

    await office.putStock(coffee.sku, 7);
    const { orders, confirmed } = await buy(
      await inParallel(10, (index) => makeGuest(shop, `chi${index}`, ...twoLines(1))),
    );
    expect(confirmed).toHaveLength(3);
    expect(await chargesOf(new Set(orders.map(({ id }) => id)))).toHaveLength(3);
    expect(await office.stock(coffee.sku)).toEqual({ onHand: 1, reserved: 0, available: 1 });
  });
});
