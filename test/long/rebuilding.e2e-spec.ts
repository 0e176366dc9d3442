import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { expectStatus, register, listDrink, type Drink, type Person } from '../support/people';
import { startShop } from '../support/start-shop';

jest.setTimeout(120_000);

const ROOT = join(__dirname, '..', '..');

describe('Rebuilding a read model', () => {
  let open: OpenShop;
  let admin: Person;
  let an: Person;
  let drink: Drink;
  let id: string;
  beforeAll(async () => {
    open = await openShop();
    admin = open.admin;
    an = await register(open.shop);
    drink = await listDrink(admin, { stock: 1_000 });
    ({ id } = await an.buy(drink.variantId, 'tok_ok', 2));
    await an.waitForStatus(id, 'confirmed');
  }, 240_000);
  afterAll(() => open?.close());

  const ask = async (path: string) => expectStatus(200, await admin.get(path)).body.data;
  const control = async (name: string, rebuild: string, step: string) =>
    expectStatus(200, await admin.post(`/admin/projections/${name}/rebuilds/${rebuild}/${step}`)).body.data;
  const waitForState = (name: string, rebuild: string, state: string) =>
    eventually(async () => {
      const now = await ask(`/admin/projections/${name}/rebuilds/${rebuild}`);
      if (now.state !== state) throw new Error(`the rebuild is ${now.state}`);
      return now;
    });
  const startRebuild = async (name: string, body: object = {}) =>
    expectStatus(202, await admin.post(`/admin/projections/${name}/rebuilds`, { body })).body.data.id as string;

  /** Runs `npm run shop -- …` while the shop is open. */
  const runCommand = (...words: string[]) =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], LOG_LEVEL: 'error' };
      const child = spawn(process.execPath, [join(ROOT, 'scripts', 'shop.mjs'), ...words], {
        cwd: ROOT,
        env: { ...env, DATA_DIR: open.shop.dataDir, DATABASE_URL: open.database.url },
      });
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      child.on('close', (code) => resolve({ code, out, err }));
    });

  it('is paused, continued, compared, switched live and rolled back', async () => {
    const rebuild = await startRebuild('order-view');
    await waitForState('order-view', rebuild, 'ready');
    expect(await control('order-view', rebuild, 'pause')).toMatchObject({ state: 'paused' });
    expect((await admin.post(`/admin/projections/order-view/rebuilds/${rebuild}/rollback`)).body.error.code).toBe(
      'CANNOT_ROLL_BACK',
    );
    await control('order-view', rebuild, 'resume');
    await waitForState('order-view', rebuild, 'ready');
    expect(await ask(`/admin/projections/order-view/rebuilds/${rebuild}/diff`)).toMatchObject({
      ...{ compared: 1, added: 0, removed: 0, changed: 0, columns: [], sample: [] },
      money: expect.arrayContaining([
        {
          column: 'view.order.placed.total',
          before: { amount: 100_000, currency: 'VND' },
          after: { amount: 100_000, currency: 'VND' },
        },
      ]),
    });
    expect(await control('order-view', rebuild, 'go-live')).toMatchObject({ state: 'live', percent: 100 });
    const later = await an.buy(drink.variantId, 'tok_ok');
    await an.waitForStatus(later.id, 'confirmed');
    expect(await control('order-view', rebuild, 'rollback')).toMatchObject({
      state: 'rolled-back',
      rollingBack: false,
    });
    expect((await an.get(`/orders/${later.id}`)).body.data).toMatchObject({ status: 'confirmed', version: 2 });
  });

  it('corrects a row that was changed by hand, which the drift check finds within a minute', async () => {
    const [{ relation }] = await open.database.admin<{ relation: string }>(
      `select relation from ordering.projection_tables where name = 'order-view' and state = 'live'`,
    );
    await open.database.admin(
      `update ordering.${relation} set view = jsonb_set(view, '{order,placed,total,amount}', '1') where order_id = $1`,
      [id],
    );
    const begun = Date.now();
    const finding = await eventually(async () => {
      const { findings } = await ask('/admin/projections/drift');
      expect(findings).toHaveLength(1);
      return findings[0];
    }, 60_000);
    expect(Date.now() - begun).toBeLessThan(60_000);
    expect(finding).toMatchObject({
      ...{ projection: 'order-view', orderId: id, kind: 'changed', healedAt: null },
      fields: ['view.order.placed.total.amount'],
    });
    const metrics = (await open.shop.get('//metrics')).body as string;
    expect(metrics).toMatch(/^projection_drift_orders\{projection="order-view"\} 1$/m);
    expect(metrics).toMatch(/^projection_state\{projection="sales",state="live"\} 1$/m);
    expect((await runCommand('projections', 'drift')).code).toBe(1);

    const rebuild = await startRebuild('order-view', { orders: [id], goLive: 'auto' });
    await waitForState('order-view', rebuild, 'live');
    expect(await ask(`/admin/projections/order-view/rebuilds/${rebuild}/diff`)).toMatchObject({
      ...{ compared: 1, changed: 1 },
      columns: [{ name: 'view.order.placed.total.amount', changed: 1 }],
      sample: [{ orderId: id, firstEvent: null, moneyMoved: 99_999 }],
    });
    await eventually(async () => {
      const { findings } = await ask('/admin/projections/drift');
      expect(findings[0].healedAt).not.toBeNull();
    });
  });

  it('works step by step from the command line', async () => {
    const built = await runCommand('projections', 'rebuild', 'sales', '--manual', '--json');
    expect(built).toMatchObject({ code: 0 });
    const rebuild = JSON.parse(built.out) as { id: string; state: string };
    expect(rebuild.state).toBe('ready');
    const diff = await runCommand('projections', 'diff', 'sales', rebuild.id);
    expect(diff).toMatchObject({ code: 0, out: expect.stringContaining('0 added, 0 removed, 0 changed') });
    const steps = ['pause', 'resume', 'rollback'];
    const states = ['paused', 'ready', 'rolled-back'];
    for (const [index, step] of steps.entries()) {
      if (step === 'rollback') await control('sales', rebuild.id, 'go-live');
      const controlled = await runCommand('projections', step, 'sales', rebuild.id, '--json');
      expect(controlled).toMatchObject({ code: 0, err: '' });
      expect(JSON.parse(controlled.out)).toMatchObject({ id: rebuild.id, state: states[index] });
    }
    expect(await runCommand('projections', 'set-aside', 'sales', '--json')).toMatchObject({ code: 0, out: '[]\n' });
    expect((await runCommand('projections', 'status', 'sales', 'none')).code).toBe(2);
    const rebuilt = await runCommand('projections', 'rebuild', 'order-list', '--orders', id);
    expect(rebuilt).toMatchObject({ code: 0, out: expect.stringContaining('live') });
  });

  it('keeps the former table; a build without a reducer for it does not start, and says what to do', async () => {
    await open.database.admin(
      `insert into ordering.projection_tables (relation, name, version, run, state, live_at)
       values ('sales_v9', 'sales', 9, 1, 'kept', now());
       insert into ordering.projection_checkpoints (relation, follows) values ('sales_v9', false)`,
    );
    const refused = startShop({ env: { DATABASE_URL: open.database.url } });
    await expect(refused).rejects.toThrow(/sales_v9 was made by version 9 of sales.*projections drop-kept sales/s);
    const dropped = await runCommand('projections', 'drop-kept', 'sales', '--json');
    expect(dropped.code).toBe(0);
    expect(JSON.parse(dropped.out).dropped).toContain('sales_v9');
    const other = await startShop({ env: { DATABASE_URL: open.database.url } });
    await other.stop();
  });
});
