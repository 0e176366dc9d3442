import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { ADMIN, expectStatus, logIn, Person, register, listDrink, type Drink } from '../support/people';
import { startShop, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';

jest.setTimeout(120_000);

const unreadableValue = { unreadable: true };
const unreadableContact = { name: unreadableValue, phone: unreadableValue, email: unreadableValue };

/** The test deletes a key, as if only the privacy database had been restored from an older backup. */
describe('A person whose key is lost', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-keys-'));
  let database: TestDatabase;
  let shop: RunningShop;
  let admin: Person;
  let member: Person;
  let drink: Drink;
  let [first, second] = ['', ''];

  beforeAll(async () => {
    database = await testDatabase();
    await open();
    member = await register(shop);
    drink = await listDrink(admin);
    first = await buyAndWait();
    second = await buyAndWait();
  });
  afterAll(async () => {
    await shop?.stop();
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const open = async () => {
    await shop?.stop();
    shop = await startShop({ dataDir, env: { DATABASE_URL: database.url, LOG_LEVEL: 'info' } });
    admin = await logIn(shop, ADMIN);
    if (member) member = new Person(shop, member.headers, member.email, member.userId);
  };
  const buyAndWait = async (): Promise<string> => {
    const body = { contact: { name: 'Hoa', phone: '0901234567', email: member.email } };
    await member.addToCart(drink.variantId);
    const { id } = expectStatus(201, await member.placeOrder('tok_ok', { body })).body.data;
    await member.waitForStatus(id, 'confirmed');
    return id;
  };
  const contacts = async (who: Person, path: string) =>
    new Map<string, unknown>(
      expectStatus(200, await who.get(path)).body.data.map(({ id, contact }: any) => [id, contact.name]),
    );
  const keys = () => database.admin('select 1 from privacy.subject_keys where subject = $1', [member.userId]);

  it('is reported at the start', async () => {
    await database.admin('create table public.kept_keys as table privacy.subject_keys');
    await database.admin('delete from privacy.subject_keys');
    await open();
    expect(shop.output()).toContain('1 of the newest 1 customers and guests have no key');
  });

  it('has orders that can be read, with personal values marked as unreadable, not as erased', async () => {
    for (const [who, path] of [[member, '/orders'], [admin, '/admin/orders']] as const) // prettier-ignore
      expect(await contacts(who, path)).toEqual(new Map([[first, unreadableValue], [second, unreadableValue]])); // prettier-ignore
    for (const [who, path] of [
      [member, `/orders/${first}`],
      [admin, `/admin/orders/${first}`],
      [admin, `/admin/orders/${first}/state?version=1`],
    ] as const)
      expect(expectStatus(200, await who.get(path)).body.data.contact).toEqual(unreadableContact);
  });

  it('has orders that can be accepted, cancelled and refunded, and no second key is made', async () => {
    const accepted = expectStatus(200, await admin.post(`/admin/orders/${first}/accept`)).body.data;
    expect(accepted).toMatchObject({ status: 'accepted', contact: unreadableContact });
    const refund = { headers: { 'idempotency-key': first }, body: { reason: 'spilt', amount: { amount: 1_000, currency: 'VND' } } }; // prettier-ignore
    expectStatus(201, await admin.post(`/admin/orders/${first}/refunds`, refund));
    const cancelled = expectStatus(200, await admin.post(`/admin/orders/${first}/cancel`, { body: { reason: 'no milk' } })); // prettier-ignore
    expect(cancelled.body.data.status).toBe('cancelled');
    expectStatus(200, await member.post(`/orders/${second}/cancel`, { body: { reason: 'by mistake' } }));
    expect(await keys()).toEqual([]);
  });

  it('gets no letter, and no message waits or fails because of that', async () => {
    await eventually(async () => expect(shop.output()).toContain(`no letter of order ${first}`));
    await eventually(async () => {
      const left = await database.admin(`select handler, error from notifications.inbox where state <> 'done'`);
      expect(left).toEqual([]);
    });
  });

  it('cannot order until the key is restored, because no second key is made', async () => {
    await member.addToCart(drink.variantId);
    const refused = await member.placeOrder('tok_ok', { body: { contact: { name: 'Hoa', phone: '0901234567' } } });
    expect(expectStatus(503, refused).body.error.code).toBe('UNAVAILABLE');
    expect(await keys()).toEqual([]);
    expect(shop.output()).toContain('Nothing can be written about');
    await database.admin('insert into privacy.subject_keys select * from public.kept_keys');
    await eventually(async () => {
      const names = new Map<string, unknown>([[first, 'Hoa'], [second, 'Hoa']]); // prettier-ignore
      expect(await contacts(member, '/orders')).toEqual(names);
    });
    await buyAndWait();
  });

  it('is counted in metrics, and logged once', async () => {
    const { body } = await shop.get('//metrics');
    expect(body).toMatch(/shop_sealed_values_unreadable_total\{cause="no-key"\} \d+/);
    expect(body).toMatch(/shop_subject_keys_missing_total [1-9]/);
    expect(shop.output().match(/cannot be read: their key/g)).toHaveLength(1);
  });
});
