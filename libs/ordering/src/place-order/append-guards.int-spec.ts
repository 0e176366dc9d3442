import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Database } from '#database';
import { SubjectErased } from '#platform/privacy';
import { happening, ids, storeOn } from '../../../event-store/src/testing/store';
import { eventually } from '../../../../test/support/eventually';
import { accountMustBeOpen } from '../model/account-open.store';
import { IdempotencyKeys, IdempotencyKeyTaken, keyUsedOnce, pruneKeys } from '../model/idempotency-keys.store';
import { OrderAccounts } from '../erase-person/order-accounts.store';
import { CartAlreadyOrdered } from './cart-already-ordered';
import { cartOrderedOnce, type CartAsOrdered } from './cart-guards.store';

let test: TestDatabase;
let db: Database;

beforeAll(async () => {
  test = await testDatabase();
  db = test.of('ordering');
});
afterAll(() => test.drop());

const count = async (table: string): Promise<number> =>
  (await test.admin<{ n: number }>(`select count(*)::int as n from ordering.${table}`))[0].n;

describe("A caller's key", () => {
  const key = { caller: 'user:1', key: 'k', bodyHash: 'h', command: 'PlaceOrder' };

  it('can be used once, and the error names the order of the first use', async () => {
    const { store } = storeOn(db);
    const keys = new IdempotencyKeys(db);
    const [one, two] = [ids.next(), ids.next()];
    const first = happening(one, 0, [{}], { guards: [keyUsedOnce(key)] });
    await store.append(first);
    const pending = await count('order_pending');
    const error = await store.append(happening(two, 0, [{}], { guards: [keyUsedOnce(key)] })).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(IdempotencyKeyTaken);
    expect((error as IdempotencyKeyTaken).stored).toMatchObject({ ...key, orderId: one, commandId: first.commandId });
    expect(await store.read(two)).toEqual([]);
    expect(await count('order_pending')).toBe(pending);
    expect(await keys.find('user:1', 'k')).toMatchObject({ orderId: one });
    expect(await keys.find('user:2', 'k')).toBeUndefined();
    await store.append(happening(two, 0, [{}], { guards: [keyUsedOnce({ ...key, caller: 'user:2' })] }));
  });

  it('is stored for a day', async () => {
    const { store } = storeOn(db);
    for (const name of ['old', 'new'])
      await store.append(happening(ids.next(), 0, [{}], { guards: [keyUsedOnce({ ...key, key: name })] }));
    await test.admin(`update ordering.idempotency_keys set created_at = now() - interval '25 hours' where key = 'old'`);
    expect(await pruneKeys(db)).toBe(1);
    const keys = new IdempotencyKeys(db);
    expect(await keys.find(key.caller, 'old')).toBeUndefined();
    expect(await keys.find(key.caller, 'new')).toBeDefined();
  });
});

describe('A cart', () => {
  const orderFrom = (cart: Partial<CartAsOrdered>, order = ids.next()) =>
    happening(order, 0, [{}], {
      guards: cartOrderedOnce({ cartId: ids.next(), cartVersion: 1, portions: [], ...cart }),
    });

  it('can be ordered only once in each of its versions, also inside a transaction', async () => {
    const { store } = storeOn(db);
    const cart = { cartId: ids.next(), cartVersion: 3 };
    const one = ids.next();
    await store.append(orderFrom(cart, one));
    await expect(store.append(orderFrom(cart))).rejects.toMatchObject({ ...cart, orderId: one });
    await expect(db.transaction(() => store.append(orderFrom(cart)))).rejects.toThrow(CartAlreadyOrdered);
    await store.append(orderFrom({ ...cart, cartVersion: 4 }));
  });

  it('cannot be ordered if one of its portions was ordered before, from this or another cart', async () => {
    const { store } = storeOn(db);
    const [a, b, c] = Array.from({ length: 3 }, (_, quantity) => ({ id: ids.next(), quantity: quantity + 1 }));
    const one = ids.next();
    await store.append(orderFrom({ portions: [b, a] }, one));
    const pending = await count('order_pending');
    const late = orderFrom({ portions: [c, a] });
    await expect(store.append(late)).rejects.toMatchObject({ code: 'CART_ALREADY_ORDERED', orderId: one });
    expect(await store.read(late.streamId)).toEqual([]);
    expect(await count('order_pending')).toBe(pending);
    await store.append(orderFrom({ portions: [c] }));
  });

  it('can be ordered only once with each guest token, even if its content has changed', async () => {
    const { store } = storeOn(db);
    const cartId = ids.next();
    const guest = (since: number) => ({ guest: { guestHash: 'f'.repeat(64), since } });
    const orders = Array.from({ length: 5 }, () => ids.next());
    const all = await Promise.allSettled(
      orders.map((order, at) => store.append(orderFrom({ cartId, cartVersion: at + 1, ...guest(0) }, order))),
    );
    const taken = all.findIndex(({ status }) => status === 'fulfilled');
    for (const [at, one] of all.entries())
      if (at !== taken) expect(one).toMatchObject({ reason: { code: 'CART_ALREADY_ORDERED', orderId: orders[taken] } });
    const lengths = await Promise.all(orders.map(async (order) => (await store.read(order)).length));
    expect(lengths).toEqual(orders.map((_, at) => (at === taken ? 1 : 0)));
    await store.append(orderFrom({ cartId, cartVersion: 9, ...guest(taken + 1) })); // the next token
  });
});

/** The number of statements that wait for a lock. */
const blocked = async (): Promise<number> =>
  (
    await test.admin<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
  )[0].n;

describe('An account', () => {
  it('accepts orders until it is closed, and refuses an append that waited while the account was being closed', async () => {
    const { store } = storeOn(db);
    const subject = ids.next();
    const accounts = new OrderAccounts(db);
    const order = () => happening(ids.next(), 0, [{}], { guards: [accountMustBeOpen({ subject })] });
    await store.append(order());
    await store.append(order());
    const late = order();
    let waiting: Promise<unknown> | undefined;
    await db.transaction(async () => {
      expect(await accounts.lock(subject)).toBe(false);
      waiting = storeOn(test.of('ordering'))
        .store.append(late)
        .catch((error: unknown) => error);
      await eventually(async () => expect(await blocked()).toBe(1));
      await accounts.close(subject);
    });
    expect(await waiting).toBeInstanceOf(SubjectErased);
    await expect(store.append(order())).rejects.toThrow(SubjectErased);
    expect(await store.read(late.streamId)).toEqual([]);
    const [row] = await test.admin<{ orders: number }>(
      'select orders from ordering.order_accounts where subject = $1',
      [subject],
    );
    expect(row.orders).toBe(2);
  });
});
