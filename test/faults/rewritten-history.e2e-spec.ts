import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { ADMIN, expectStatus, logIn, register, listDrink, type Drink, type Person } from '../support/people';
import { shopCommand } from '../support/shop-command';
import { startShop, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { query } from './support/what-is-left';

jest.setTimeout(180_000);

describe('The history of a shop', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-history-'));
  const server = process.env['SHOP_TEST_POSTGRES']!;
  const backup = `history_${process.pid}`;
  const restored = server.replace('/shop?', `/${backup}?`);
  let database: TestDatabase;
  let shop: RunningShop;
  let admin: Person;
  let drink: Drink;

  const open = async (url: string) => {
    shop = await startShop({ dataDir, env: { DATABASE_URL: url, LOG_LEVEL: 'info' } });
    admin = await logIn(shop, ADMIN);
  };
  const buy = async (): Promise<string> => {
    const an = await register(shop);
    const { id } = await an.buy(drink.variantId, 'tok_ok', 1);
    await an.waitForStatus(id, 'confirmed');
    return id;
  };
  const command = (url: string, ...args: string[]) => shopCommand({ DATA_DIR: dataDir, DATABASE_URL: url }, ...args);
  const verify = async (path = '') => expectStatus(200, await admin.post(`/admin/events/verify${path}`)).body.data;

  beforeAll(async () => {
    database = await testDatabase();
    await open(database.url);
    drink = await listDrink(admin, { stock: 100 });
    await buy();
    await shop.stop();
    await query(server, `create database ${backup} template ${new URL(database.url).pathname.slice(1)}`);
    await open(database.url);
    await buy();
  });
  afterAll(async () => {
    await shop?.stop();
    await query(server, `drop database if exists ${backup} with (force)`);
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('is sealed when the shop closes, and then the seal is in the log output and the history is valid', async () => {
    await shop.stop();
    expect(shop.output()).toMatch(/"message":"sealed".*"signed":"[0-9a-f]{128}"/);
    await open(database.url);
    const { valid, checked, sealedThrough } = await verify();
    expect(valid).toBe(true);
    expect(sealedThrough).toBe(checked);
    expect(await verify('?from=2&to=3')).toMatchObject({ valid: true, checked: 2 });
    expect((await admin.post('/admin/events/verify?from=3&to=2')).status).toBe(400);
    const runs = expectStatus(200, await admin.get('/admin/events/verify')).body.data;
    expect(runs[0]).toMatchObject({ state: 'done', cause: 'asked', from: 2, to: 3, result: { valid: true } });
    expect(expectStatus(200, await admin.get(`/admin/events/verify/${runs[0].id}`)).body.data).toEqual(runs[0]);
  });

  it('can be exported and checked without the shop', async () => {
    const seals = expectStatus(200, await admin.get('/admin/events/seals')).body.data;
    expect(seals.at(-1)).toMatchObject({ signature: expect.any(String), root: expect.any(String) });
    const [event] = expectStatus(200, await admin.get('/admin/events?canonical=true&limit=1')).body.data;
    expect(event.canonical).toHaveLength(11);
    const file = join(dataDir, 'events.ndjson');
    expect((await command(database.url, 'events', 'export', '--out', file)).code).toBe(0);
    const checked = await command(database.url, 'events', 'verify-export', file, '--json');
    expect([checked.code, JSON.parse(checked.out)]).toEqual([0, expect.objectContaining({ valid: true, sealedThrough: seals.at(-1).position })]); // prettier-ignore
    const response = await fetch(`${shop.url}/api/v1/admin/events/export?to=1`, { headers: { ...admin.headers } });
    expect((await response.text()).split('\n')[0]).toContain('coffee-tea.log-export.1');
  });

  it('does not continue from an older backup unless somebody declares the restore', async () => {
    await shop.stop();
    await expect(open(restored)).rejects.toThrow(/it was sealed up to \d+ and ends at \d+.*events restored --reason/s);
    const undeclared = await command(restored, 'events', 'verify', '--json');
    expect([undeclared.code, JSON.parse(undeclared.out)]).toEqual([1, expect.objectContaining({ finding: 'behind' })]);
    expect((await command(restored, 'events', 'restored')).code).toBe(2);
    const result = await command(restored, 'events', 'restored', '--reason', 'the disk failed', '--who', 'An');
    expect([result.code, result.out, result.err]).toEqual([0, expect.stringContaining('by An: the disk failed'), '']);
    await open(restored);
    const id = await buy();
    const remark = expect.objectContaining({ kind: 'restored', who: 'An', reason: 'the disk failed' });
    expect(await verify()).toMatchObject({ valid: true, remarks: [remark] });
    const evidence = expectStatus(200, await admin.get(`/admin/orders/${id}/evidence`)).body;
    expect(evidence.records).toHaveLength(1);
    expect((await shop.get('//health')).body).toMatchObject({ status: 'ok', services: { 'event-log': 'healthy' } });
  });

  it('is reported as wrong after a seal was deleted, until it is sealed again', async () => {
    await query(restored, 'alter table ordering.order_seals disable trigger all');
    await query(
      restored,
      'delete from ordering.order_seals where position = (select max(position) from ordering.order_seals)',
    );
    const health = async () => (await shop.get('//health')).body.services['event-log'];
    await eventually(async () => expect(await health()).toBe('unhealthy'), 30_000);
    expect(await verify()).toMatchObject({ valid: false, finding: 'seal' });
    const result = await command(restored, 'events', 'reseal', '--reason', 'deleted by mistake', '--who', 'An');
    expect([result.code, result.err]).toEqual([0, '']);
    expect((await verify()).valid).toBe(true);
    await eventually(async () => expect(await health()).toBe('healthy'), 30_000);
  });
});
