import { randomUUID } from 'node:crypto';
import { BackOffice } from '../support/back-office';
import { inParallel, productNamed, type Product } from '../support/buyers';
import { eventually } from '../support/eventually';
import { expectStatus, logIn, Person, register } from '../support/people';
import { startShop, type Reply, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { recordResult, repeatCount } from './support/matrix';

/** How often each interleaving is tried. */
const TRIES = repeatCount(200, 10);
const WORKERS = 4;

jest.setTimeout(60_000 + TRIES * 4_000);

/** A guest with a filled cart, and a function that logs the guest in. */
interface GuestWithCart {
  readonly guest: Person;
  readonly logIntoAccount: () => Promise<Person>;
}
type Interleaving = (somebody: GuestWithCart, index: number) => Promise<readonly Reply[]>;

const pay = (person: Person) => person.placeOrder('tok_ok');
const merge = async (person: Person) => expectStatus(200, await person.get('/cart'));

const interleavings: Record<string, Interleaving> = {
  'both at once': async ({ guest, logIntoAccount }) => {
    const user = await logIntoAccount();
    return Promise.all([pay(guest), pay(user)]);
  },
  'the guest, then the user without a pause': async ({ guest, logIntoAccount }) => {
    const user = await logIntoAccount();
    return [await pay(guest), await pay(user)];
  },
  'the user, then the guest without a pause': async ({ guest, logIntoAccount }) => {
    const user = await logIntoAccount();
    return [await pay(user), await pay(guest)];
  },
  'the merge before, between or after': async ({ guest, logIntoAccount }, index) => {
    if (index % 3 === 2) {
      const first = await pay(guest);
      return [first, await pay(await logIntoAccount())];
    }
    const user = await logIntoAccount();
    if (index % 3 === 0) {
      await merge(user);
      return Promise.all([pay(guest), pay(user)]);
    }
    const first = await pay(guest);
    await merge(user);
    return [first, await pay(user)];
  },
};

describe('One cart that is ordered by its guest and by the user that the guest logs in as', () => {
  let database: TestDatabase;
  let shop: RunningShop;
  let office: BackOffice;
  let coffee: Product;
  let accounts: { email: string; password: string }[];

  beforeAll(async () => {
    database = await testDatabase();
    shop = await startShop({ env: { DATABASE_URL: database.url } });
    office = await BackOffice.logIn(shop);
    coffee = await productNamed(shop, 'ca-phe-sua-da');
    await office.putStock(coffee.sku, 10_000);
    const password = 'a-long-Password-1';
    accounts = await inParallel(WORKERS, async () => ({ email: (await register(shop)).email, password }));
  });
  afterAll(async () => {
    await shop?.stop();
    await database?.drop();
  });

  /** Each worker has its own account. It waits until the account's cart is empty, so that the next try can begin. */
  async function tryOnce(interleaving: Interleaving, account: (typeof accounts)[number], index: number) {
    const reply = await shop.post('/cart/items', { body: { variantId: coffee.variantId, quantity: 1 } });
    const guest = new Person(shop, { 'x-cart-token': expectStatus(201, reply).headers.get('x-cart-token')! });
    const users: Person[] = [];
    const logIntoAccount = async () => {
      users.push(await logIn(shop, account, guest.headers));
      return users[0];
    };
    const replies = await interleaving({ guest, logIntoAccount }, index);
    const placed = replies.filter(({ status }) => status === 201).map(({ body }) => body.data.id as string);
    const refused = replies.filter(({ status }) => status !== 201);
    expect(placed).toHaveLength(1);
    for (const { status, body } of refused)
      expect([status, body.error.code]).toEqual([409, expect.stringMatching(/^CART_(ALREADY_ORDERED|EMPTY)$/)]);
    await eventually(async () => expect((await users[0].get('/cart')).body.data.lines).toEqual([]));
    return { orderId: placed[0], user: users[0], refusal: refused[0].body.error.code as string };
  }

  it.each(Object.entries(interleavings))('%s, becomes one order and one charge', async (name, interleaving) => {
    const chargedBefore = (await office.charges()).length;
    const ordersBefore = (await office.orders()).length;
    let next = 0;
    const done = (
      await Promise.all(
        accounts.map(async (account) => {
          const results = [];
          for (let index = next++; index < TRIES; index = next++)
            results.push(await tryOnce(interleaving, account, index));
          return results;
        }),
      )
    ).flat();
    const charges = await eventually(async () => {
      const all = (await office.charges()).slice();
      const ids = new Set(done.map(({ orderId }) => orderId));
      const captured = all.filter(({ orderId, status }) => ids.has(orderId) && status === 'captured');
      expect(captured).toHaveLength(TRIES);
      expect(all).toHaveLength(chargedBefore + TRIES);
      return captured;
    }, 60_000);
    expect(new Set(charges.map(({ orderId }) => orderId)).size).toBe(TRIES);
    await eventually(async () => expect(await office.orders()).toHaveLength(ordersBefore + TRIES));
    const empty = done.filter(({ refusal }) => refusal === 'CART_EMPTY').length;
    recordResult({
      fault: `one cart under two identities: ${name}`,
      tried: TRIES,
      lost: 0,
      note: `one order and one charge each; ${empty} refused as empty, the others as ordered`,
    });
  });

  it('does not prevent the user from ordering the same product again at once, with a new cart', async () => {
    const user = await register(shop);
    for (const _ of Array.from({ length: 3 })) {
      await user.addToCart(coffee.variantId);
      expectStatus(201, await user.placeOrder('tok_ok', { key: randomUUID() }));
    }
  });
});
