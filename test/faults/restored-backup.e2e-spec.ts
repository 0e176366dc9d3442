import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../libs/database/src/pool/connection';
import { eventually } from '../support/eventually';
import { ADMIN, anonymous, expectStatus, logIn, Person, listDrink } from '../support/people';
import { shopCommand } from '../support/shop-command';
import { startShop, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { searchPatterns, findPatterns, type Recognisable } from './support/personal-data-patterns';
import { query, everyRow } from './support/what-is-left';

jest.setTimeout(120_000);

const password = 'mat-khau-Cua-Xuyen-77';
const member: Recognisable = {
  name: 'Nguyễn Quỳnh Xuyến Zwölfton',
  email: 'Quynh.Xuyen.Zwolfton@hop-thu-kinhky.example',
  phone: '0987612345',
  address: '77 hẻm Bạchhạclâu, phường Vĩnhtuyền, Huế',
  note: 'Ít ngọt giúp mình, vì bệnh tiểuđườngtýphi',
};
const guest: Recognisable = {
  name: 'Đặng Thoảngqua Lãngkhách',
  email: 'thoangqua.langkhach@noi-khac-xalam.example',
  phone: '0976543218',
  address: '9 ngõ Tầmgửisương, quận Mâytrắng',
  note: 'Gọi cửa sau nhé, chó tên Lômôngvàng',
};

describe('An erased person, after an older backup is restored,', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-restored-'));
  /** The file of erased people. It is outside the database, so a restored backup does not change it. */
  const erasedPeopleFile = join(dataDir, 'erased-subjects');
  const server = process.env['SHOP_TEST_POSTGRES']!;
  /** The backup is a copy of the database. A shop that is opened on the copy has a restored database. */
  const backup = `backup_${process.pid}`;
  const restoredUrl = server.replace('/shop?', `/${backup}?`);
  let database: TestDatabase;
  let shop: RunningShop;
  let admin: Person;
  let memberId: string;
  /** The ids of the member's order and of the guest's order. The second id is also the `subject` of the guest. */
  const orders: string[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    await open(database.url);
  });
  afterAll(async () => {
    await shop?.stop();
    await query(server, `drop database if exists ${backup} with (force)`);
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const open = async (url: string) => {
    await shop?.stop();
    shop = await startShop({ dataDir, env: { DATABASE_URL: url, LOG_LEVEL: 'warn' } });
    admin = await logIn(shop, ADMIN);
  };
  /** Orders a drink with this personal data, and cancels the order. A person with an open order cannot be erased. */
  const buyAndCancel = async (buyer: Person, { variantId }: { variantId: string }, personalData: Recognisable) => {
    const { name, email, phone, address, note } = personalData;
    await buyer.addToCart(variantId);
    const orderBody = { contact: { name, email, phone }, fulfilment: { type: 'delivery', address }, note };
    const { id } = expectStatus(201, await buyer.placeOrder('cash', { body: orderBody })).body.data;
    await buyer.waitForStatus(id, 'confirmed');
    expectStatus(200, await buyer.post(`/orders/${id}/cancel`, { body: {} }));
    orders.push(id);
    return id as string;
  };
  const waitUntilErased = () =>
    eventually(async () => {
      const { data } = expectStatus(200, await admin.get('/admin/erasures')).body;
      expect(data.map(({ state }: { state: string }) => state)).toEqual(['done', 'done']);
    }, 20_000);
  const findReadable = async (url: string) => {
    const allRows = Buffer.concat([...(await everyRow(url)).values()]);
    return [...findPatterns(allRows, searchPatterns(member)), ...findPatterns(allRows, searchPatterns(guest))];
  };

  it('(two people order, a backup is made, and then both are erased)', async () => {
    const body = { email: member.email, password, name: member.name };
    const { accessToken, user } = expectStatus(201, await shop.post('/auth/register', { body })).body.data;
    memberId = user.id;
    const memberBuyer = new Person(shop, { authorization: `Bearer ${accessToken}` }, user.email, user.id);
    expectStatus(200, await memberBuyer.patch('/users/me', { body: { phone: member.phone, name: member.name } }));
    const line = { recipient: member.name, phone: member.phone, line1: member.address, city: 'Huế' };
    expectStatus(201, await memberBuyer.post('/users/me/addresses', { body: line }));
    const drink = await listDrink(admin);
    await buyAndCancel(memberBuyer, drink, member);
    const cartReply = await anonymous(shop).addToCart(drink.variantId);
    const guestBuyer = anonymous(shop).withHeaders({ 'x-cart-token': cartReply.headers.get('x-cart-token')! });
    const guestOrder = await buyAndCancel(guestBuyer, drink, guest);

    await shop.stop();
    await query(server, `create database ${backup} template ${new URL(database.url).pathname.slice(1)}`);
    await open(database.url);
    expectStatus(202, await admin.post(`/admin/users/${memberId}/erasure`));
    expectStatus(202, await admin.post(`/admin/orders/${guestOrder}/erasure`));
    await waitUntilErased();
    expect(readFileSync(erasedPeopleFile, 'utf8').split('\n').filter(Boolean)).toHaveLength(2);
    expect((await findReadable(restoredUrl)).length).toBeGreaterThan(5); // the backup has their data
  });

  it('is erased again before the shop opens, and the database has none of their data', async () => {
    await open(restoredUrl);
    expect(shop.output().match(/is erased again/g)).toHaveLength(2);
    const keys = await query(restoredUrl, `select 1 from privacy.subject_keys where subject = any($1) and wrapped is not null`, [[memberId, orders[1]]]); // prettier-ignore
    expect(keys).toEqual([]);
    expect((await shop.post('/auth/login', { body: { email: member.email, password } })).status).toBe(401);
    await waitUntilErased();
    const erased = { erased: true };
    for (const id of orders)
      expect((await admin.get(`/admin/orders/${id}`)).body.data.contact).toEqual({ name: erased, phone: erased, email: erased }); // prettier-ignore
    await eventually(async () => expect(await findReadable(restoredUrl)).toEqual([]), 10_000);
  });

  it('is not erased a third time at the next start', async () => {
    await open(restoredUrl);
    expect(shop.output()).not.toContain('is erased again');
  });

  it('is erased again when only one context was restored', async () => {
    // for the member, the restored context is `customers`, which has the data again
    await query(restoredUrl, `update customers.customers set erased_at = null, name = $2, phone = $3 where id = $1`, [memberId, member.name, member.phone]); // prettier-ignore
    // for the guest, the restored context is `notifications`, which has lost the row about the erasure
    await query(restoredUrl, 'delete from notifications.forgotten where subject = $1', [orders[1]]);
    await open(restoredUrl);
    expect(shop.output().match(/is erased again/g)).toHaveLength(2);
    await waitUntilErased();
    expect(await findReadable(restoredUrl)).toEqual([]);
  });

  it('is added to the file of erased people again if the file was lost, and the log says so', async () => {
    rmSync(erasedPeopleFile);
    await open(restoredUrl);
    expect(shop.output()).toContain(`${erasedPeopleFile} is missing`);
    expect(readFileSync(erasedPeopleFile, 'utf8').split('\n').filter(Boolean)).toHaveLength(2);
  });

  it('is erased again by the command with --all, even if no data came back', async () => {
    await shop.stop();
    const client = await connect(server, 'test');
    await client.query(`drop database ${backup} with (force)`);
    await client.end();
    expect(existsSync(erasedPeopleFile)).toBe(true);
    const env = { DATA_DIR: dataDir, DATABASE_URL: database.url };
    const withoutAll = await shopCommand(env, 'erase', 'reapply', '--json');
    expect([withoutAll.code, JSON.parse(withoutAll.out)]).toEqual([0, { listed: 2, again: [] }]);
    const withAll = await shopCommand(env, 'erase', 'reapply', '--all');
    expect([withAll.code, withAll.out]).toEqual([
      0,
      expect.stringContaining('2 of 2 people in the file of erased people were erased again'),
    ]);
    await open(database.url);
    await waitUntilErased();
  });
});
