import { connect } from '#database';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { body, fillCart, openSmallShop, waitUntil, type SmallShop } from './small-shop';

let database: TestDatabase;
let shop: SmallShop;
beforeAll(async () => void (database = await testDatabase()), 60_000);
afterEach(() => shop.close());
afterAll(() => shop.clear());

describe('A checkout that is interrupted', () => {
  it('continues after a restart, at any step', async () => {
    shop = await openSmallShop(database);
    const sku = await shop.shelve(20);
    const carts = Array.from({ length: 8 }, () => fillCart(sku));
    const ids = await Promise.all(carts.map(async (cart) => (await shop.order(cart)).json().data.id as string));
    await shop.close();

    shop = await openSmallShop(database);
    for (const [index, id] of ids.entries())
      await waitUntil(
        () => shop.viewOrder(id, carts[index]),
        ({ status }) => status === 'confirmed',
      );
    expect(await shop.stockOf(sku)).toEqual({ onHand: 12, reserved: 0 });
    const charges = await database.admin<{ count: number }>(
      `select count(*)::int as count from sandbox.charges where order_id = any($1::uuid[]) and state = 'captured'`,
      [ids],
    );
    expect(charges).toEqual([{ count: 8 }]);
  }, 60_000);

  it('is cancelled when it is overdue, and money and stock go back', async () => {
    shop = await openSmallShop(database, { RESERVATION_TTL_SECONDS: '1' });
    const sku = await shop.shelve(5);
    const blocker = await connect(database.url, 'blocker');
    await blocker.query('begin');
    await blocker.query('select from inventory.stock where sku = $1 for update', [sku]);
    const cart = fillCart(sku);
    const { id } = (await shop.order(cart, body())).json().data;
    await waitUntil(
      () => database.admin(`select from ordering.process_journal where id = $1 and note = 'overdue'`, [id]),
      (lines) => lines.length === 1,
    );
    await blocker.end();
    expect(
      await waitUntil(
        () => shop.viewOrder(id, cart),
        ({ status }) => status !== 'pending',
      ),
    ).toMatchObject({
      status: 'cancelled',
      cancellation: { code: 'OVERDUE' },
    });
    expect(await shop.stockOf(sku)).toEqual({ onHand: 5, reserved: 0 });
  }, 60_000);
});
