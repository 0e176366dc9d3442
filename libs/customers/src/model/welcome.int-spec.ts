import { randomUUID } from 'node:crypto';
import { CustomersModule } from '#modules/customers';
import { Database } from '#database';
import { openContext, type OpenContext } from '../../../../test/support/open-context';
import type { Customer } from './customer.entity';
import { Customers } from './customers.store';
import { profileBeforeWelcome, type ProfileFields } from './profile';

const registered = { name: 'Nguyễn Thị Bình', email: 'binh@example.com', locale: 'en' } as const;
const phone = '0901234567';

describe('A registration message', () => {
  let shop: OpenContext;
  let customers: Customers;
  let db: Database;
  beforeAll(async () => {
    shop = await openContext([CustomersModule], ['customers']);
    customers = shop.app.get(Customers, { strict: false });
    db = shop.app.select(CustomersModule).get(Database, { strict: false });
  });
  afterAll(() => shop.close());

  const profile = async (id: string): Promise<Partial<Customer>> => {
    const { name, email, locale, phone, version } = (await customers.find(id))!;
    return { name, email, locale, phone, version };
  };
  const change = async (id: string, changes: Partial<ProfileFields>) =>
    db.transaction(async () => customers.change(await customers.lock(id), changes));
  /** A token of an older build has only the e-mail address. */
  const addFromToken = (id: string, email: string) =>
    customers.insertIfMissing(profileBeforeWelcome({ id, email }, 'vi'));

  it('that comes first makes the profile, and a later profile from a token changes nothing', async () => {
    const id = randomUUID();
    await customers.welcome({ id, ...registered });
    await addFromToken(id, 'old@example.com');
    expect(await profile(id)).toEqual({ ...registered, phone: null, version: 1 });
  });

  it('that comes late fills the fields that the customer has not changed', async () => {
    const id = randomUUID();
    await addFromToken(id, 'old@example.com');
    expect(await profile(id)).toMatchObject({ name: 'old@example.com', locale: 'vi', version: 0 });
    await customers.welcome({ id, ...registered });
    expect(await profile(id)).toEqual({ ...registered, phone: null, version: 1 });
  });

  it.each<[string, Partial<ProfileFields>]>([
    ['the name', { name: 'Bình' }],
    ['the language', { locale: 'vi' }],
    ['name and language', { name: 'Bình', locale: 'vi' }],
    ['the telephone', { phone }],
  ])('that comes late does not change %s if the customer has changed it', async (_, changes) => {
    const id = randomUUID();
    const other = { ...registered, email: `${id}@example.com` };
    await addFromToken(id, 'old@example.com');
    // The placeholder has the locale `vi`. If the customer changes it to `en` and back, `vi` is the customer's choice.
    await change(id, { ...changes, ...(changes.locale && { locale: 'en' }) });
    if (changes.locale) await change(id, { locale: changes.locale });
    const before = await profile(id);
    await customers.welcome({ id, ...other });
    expect(await profile(id)).toEqual({ ...other, phone: null, ...changes, version: before.version! + 1 });
  });

  it('that comes late keeps the version if no visible field changes', async () => {
    const id = randomUUID();
    await customers.insertIfMissing(profileBeforeWelcome({ id, ...registered }, 'vi'));
    await customers.welcome({ id, ...registered });
    expect(await profile(id)).toEqual({ ...registered, phone: null, version: 1 });
  });

  it('that is repeated changes nothing', async () => {
    const id = randomUUID();
    await customers.welcome({ id, ...registered });
    await change(id, { phone });
    await customers.welcome({ id, name: 'Somebody else', email: 'else@example.com', locale: 'vi' });
    expect(await profile(id)).toEqual({ ...registered, phone, version: 2 });
  });

  it('that comes after an erasure stores no personal data', async () => {
    const id = randomUUID();
    await customers.forget(id);
    await customers.welcome({ id, ...registered });
    expect(await customers.findUnlessErased(id)).toBeNull();
  });
});
