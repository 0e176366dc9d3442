import { BackOffice } from '../support/back-office';
import { makeGuest, placeOrder, productNamed, type Product } from '../support/buyers';
import { eventually } from '../support/eventually';
import { expectStatus, register, type Person } from '../support/people';
import { startShop, type Reply, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { DatabaseGate, type Fault } from './support/database-gate';

jest.setTimeout(120_000);

/** The longest allowed response time. Ordering stops waiting for customers after a second. */
const MAX_RESPONSE_MS = 2_500;
const MINUTE = 60_000;

describe('An order while the database of `customers` and `notifications` does not respond', () => {
  let [database, apart]: TestDatabase[] = [];
  let gate: DatabaseGate;
  let shop: RunningShop;
  let coffee: Product;

  beforeAll(async () => {
    [database, apart] = await Promise.all([testDatabase(), testDatabase()]);
    const proxied = await DatabaseGate.before(apart.url);
    gate = proxied.gate;
    const proxiedUrls = { DATABASE_URL_CUSTOMERS: proxied.url, DATABASE_URL_NOTIFICATIONS: proxied.url };
    shop = await startShop({ env: { DATABASE_URL: database.url, ...proxiedUrls } });
    coffee = await productNamed(shop, 'ca-phe-sua-da');
    await (await BackOffice.logIn(shop)).putStock(coffee.sku, 10_000);
  });
  afterAll(async () => {
    await shop?.stop();
    gate?.close();
    await Promise.all([database?.drop(), apart?.drop()]);
  });

  const timed = async (reply: Promise<Reply>) => {
    const begun = performance.now();
    return { reply: await reply, ms: performance.now() - begun };
  };
  /** A registered customer orders without a contact, so ordering must ask customers for it. */
  const orderWithoutContact = async (member: Person, fulfilment: object) => {
    await member.addToCart(coffee.variantId);
    return timed(member.placeOrder('tok_ok', { body: { contact: undefined, fulfilment } }));
  };
  const waitUntilCheckoutOver = (id: string) =>
    eventually(async () => {
      const [{ status }] = await database.admin<{ status: string }>(
        `select status from ordering.processes where name = 'checkout' and id = $1`,
        [id],
      );
      expect(status).toBe('over');
      expect(
        await apart.admin('select content->>$2 as event from notifications.letters where order_id = $1', [id, 'event']),
      ).toHaveLength(1);
    }, MINUTE);

  it.each<Fault>(['stopped', 'frozen', 'refusing'])(
    '(%s) is accepted in time; its letter is written and its points are added when the database responds again',
    async (trouble) => {
      const members = await Promise.all(Array.from({ length: 8 }, () => register(shop)));
      const visitor = await makeGuest(shop, 'khach', { variantId: coffee.variantId, quantity: 1 });
      gate.setFault(trouble);

      const placed = await Promise.all([
        timed(placeOrder(shop, visitor)),
        ...members.slice(1).map((member) => orderWithoutContact(member, { type: 'pickup' })),
      ]);
      const withoutPhone = await orderWithoutContact(members[0], { type: 'delivery', address: '7 hẻm Bàn Cờ' });
      await gate.endFault();

      expect(placed.map(({ reply }) => reply.status)).toEqual(placed.map(() => 201));
      expect(withoutPhone.reply).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE' } } });
      expect(Math.max(...[...placed, withoutPhone].map(({ ms }) => ms))).toBeLessThan(MAX_RESPONSE_MS);
      for (const { reply } of placed) await waitUntilCheckoutOver(expectStatus(201, reply).body.data.id);
      for (const member of members.slice(1)) await eventually(async () => expect((await member.points()).balance).toBeGreaterThan(0), MINUTE); // prettier-ignore
    },
  );
});
