import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BackOffice } from '../support/back-office';
import { productNamed, type Product } from '../support/buyers';
import { expectTotalsToAddUp, waitUntilDecided } from '../support/expect-totals';
import { answeredOrders, placedOrdersOf, placeOrders, repeatUnanswered, fillCarts } from '../support/checkouts';
import { startShop, type RunningShop } from '../support/start-shop';
import { recordResult } from './support/matrix';

jest.setTimeout(120_000);

describe('Checkouts', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-under-fire-'));
  let shop: RunningShop;
  let coffee: Product;

  beforeAll(async () => {
    shop = await startShop({ dataDir });
    coffee = await productNamed(shop, 'ca-phe-sua-da');
  });
  afterAll(async () => {
    await shop?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('lose nothing when the shop is stopped in the middle of 50 checkouts', async () => {
    await (await BackOffice.logIn(shop)).putStock(coffee.sku, 60);
    const checkouts = await fillCarts(shop, 50, coffee);
    const paying = placeOrders(shop, checkouts, 200);
    await pause(100);
    const stoppedAt = Date.now();
    expect(await shop.stop()).toBe(0);
    expect(Date.now() - stoppedAt).toBeLessThan(10_000);
    await paying;
    const acknowledged = answeredOrders(checkouts);

    shop = await startShop({ dataDir });
    const office = await BackOffice.logIn(shop);
    for (const { id } of acknowledged)
      expect((await office.get(`/admin/orders/${id}/events`)).body.data[0]).toMatchObject({ type: 'OrderPlaced' });
    await repeatUnanswered(shop, checkouts);
    const bought = placedOrdersOf(checkouts);
    expect(new Set(bought.map(({ orderId }) => orderId)).size).toBe(checkouts.length);
    const orders = await waitUntilDecided(shop, bought, 30_000);
    expect(await office.orders()).toHaveLength(checkouts.length);
    await expectTotalsToAddUp(shop, office, { variant: coffee, stocked: 60, bought, orders });
    recordResult({ fault: 'SIGTERM in the middle of 50 checkouts', tried: 1, lost: 0 });
  });
});
