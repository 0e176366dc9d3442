import { eventually } from '../support/eventually';
import { seededRandom } from './support/crash-point-queue';
import { recordResult, repeatCount } from './support/matrix';
import {
  buildsAt,
  openAndKill,
  maxNewsDelayMs,
  now,
  whileSelling,
  findFaultsOfBothBuilds,
  type Builds,
} from './support/two-builds';
import type { ChangedBuild } from './support/changed-build';
import { newerBuild } from './support/newer-build/newer-build';
import { FaultShop } from './support/fault-shop';
import { ShopServer, type ShopDatabase } from './support/shop-server';

const ORDERS = repeatCount(2_000, 60);
const PATIENCE_MS = ORDERS * 500 + 180_000;
const LOOP_MS = repeatCount(60_000, 12_000);
const TAKE_OVER_MS = 10_000;
const SEED = Number(process.env['FAULTS_SEED'] ?? 12);

describe('Two builds of one shop, of which the newer one has one more handler, message, checkout step and read model,', () => {
  let shopServer: ShopServer;
  let newer: ChangedBuild;
  let database: ShopDatabase;
  let builds: Builds;
  let faultShop: FaultShop;
  const random = seededRandom(SEED);

  beforeAll(async () => {
    [shopServer, newer] = await Promise.all([ShopServer.open(), newerBuild()]);
  }, 240_000);
  beforeEach(async () => {
    database = await shopServer.database();
    builds = buildsAt(shopServer, database.url, newer.folder);
  });
  afterEach(() => builds.close(), 60_000);
  afterAll(async () => {
    await shopServer?.close();
    newer?.remove();
  }, 60_000);

  const recordAndExpectNoFaults = async (fault: string, since: Date, late?: { readonly from: Date }) => {
    const wrong = await findFaultsOfBothBuilds(faultShop, since);
    const maxDelayMs = late ? await maxNewsDelayMs(faultShop, late.from) : 0;
    const note = late ? `the newer build's own message waited ${(maxDelayMs / 1_000).toFixed(1)} s at most` : undefined;
    recordResult({ fault: `two builds: ${fault}`, tried: faultShop.sales.length, lost: wrong.length, note });
    expect(wrong).toEqual([]);
    expect(maxDelayMs).toBeLessThan(TAKE_OVER_MS);
  };

  it(
    'lose nothing when the newer build joins the older build, which leads',
    async () => {
      faultShop = await FaultShop.of(database, [builds.older()]);
      const joining = faultShop.addProcess(builds.newer());
      let since = new Date(0);
      await whileSelling(faultShop, ORDERS, async () => {
        await joining.open();
        since = await now(faultShop);
      });
      await recordAndExpectNoFaults('the newer joins the older, which leads', since, { from: since });
    },
    PATIENCE_MS,
  );

  it(
    'lose nothing when the older build joins the newer build, which leads',
    async () => {
      faultShop = await FaultShop.of(database, [builds.newer()]);
      const since = await now(faultShop);
      const joining = faultShop.addProcess(builds.older());
      await whileSelling(faultShop, ORDERS, () => joining.open());
      await recordAndExpectNoFaults('the older joins the newer, which leads', since, { from: since });
    },
    PATIENCE_MS,
  );

  it(
    'lose nothing while two older processes are replaced by newer processes, one by one',
    async () => {
      faultShop = await FaultShop.of(database, [builds.older(), builds.older()]);
      const before = [...faultShop.processes];
      let since = new Date(0);
      await whileSelling(faultShop, ORDERS, async () => {
        for (const leaving of before) {
          await faultShop.addProcess(builds.newer()).open();
          if (leaving === before[0]) since = await now(faultShop);
          expect(await leaving.shop.stop()).toBe(0);
        }
      });
      await recordAndExpectNoFaults('rolled forward, one process after the other', since, { from: since });
    },
    PATIENCE_MS,
  );

  it(
    'keep messages that only the newer build can handle while the shop is rolled back, until the newer build runs again',
    async () => {
      faultShop = await FaultShop.of(database, [builds.newer(), builds.newer()]);
      const before = [...faultShop.processes];
      const since = await now(faultShop);
      await whileSelling(faultShop, ORDERS / 2, async () => {
        for (const leaving of before) {
          await faultShop.addProcess(builds.older()).open();
          expect(await leaving.shop.stop()).toBe(0);
        }
      });
      const duringRollback = await faultShop.sell(['card', 'cash']);
      await faultShop.repeatUnanswered(duringRollback);
      await eventually(async () => expect(await countConfirmed(duringRollback)).toBe(2)); // the older build started and ended these orders
      expect(await countNews(duringRollback)).toBe(0);
      await whileSelling(faultShop, ORDERS / 2, () => faultShop.addProcess(builds.newer()).open());
      await recordAndExpectNoFaults('rolled back, and forward again', since);
      expect(await countNews(duringRollback)).toBe(2);
    },
    PATIENCE_MS,
  );

  it.each(['newer', 'older'] as const)(
    'lose nothing while the %s build crashes again and again beside the other build',
    async (crashing) => {
      const steady = crashing === 'newer' ? 'older' : 'newer';
      faultShop = await FaultShop.of(database, [builds.newer(), builds[steady]()]);
      const since = await now(faultShop);
      if (crashing === 'older') await faultShop.processes[0].close();
      const crashingProcess = crashing === 'newer' ? faultShop.processes[0] : faultShop.addProcess(builds.older());
      await crashingProcess.close();
      await whileSelling(faultShop, ORDERS, () =>
        openAndKill(crashingProcess, LOOP_MS, 500 + Math.floor(random() * 1_500)),
      );
      if (crashing === 'newer') await crashingProcess.open();
      const late = crashing === 'older' ? { from: since } : undefined;
      await recordAndExpectNoFaults(`the ${crashing} crashes every other second beside the ${steady}`, since, late);
    },
    PATIENCE_MS + LOOP_MS,
  );

  const count = async (sql: string, sales: readonly { readonly orderId?: string }[]) =>
    (await database.query<{ count: number }>(sql, [sales.map(({ orderId }) => orderId)]))[0].count;
  const countConfirmed = (sales: readonly { readonly orderId?: string }[]) =>
    count(
      `select count(*)::int from ordering.order_events where order_id = any($1::uuid[]) and event_type = 'OrderConfirmed'`,
      sales,
    );
  const countNews = (sales: readonly { readonly orderId?: string }[]) =>
    count(
      `select count(*)::int from notifications.news where order_id = any($1::uuid[]) and type = 'ordering.order-confirmed.v1'`,
      sales,
    );
});
