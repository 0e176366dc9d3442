import { eventually } from '../support/eventually';
import { dice } from './support/deck';
import { tell, times } from './support/matrix';
import { buildsAt, crashLoop, latestNews, now, whileSelling, wrongInBoth, type Builds } from './support/mixed';
import type { ChangedBuild } from './support/changed-build';
import { newerBuild } from './support/newer-build/newer-build';
import { Stand } from './support/stand';
import { Street, type StreetDatabase } from './support/street';

const ORDERS = times(2_000, 60);
const PATIENCE_MS = ORDERS * 500 + 180_000;
const LOOP_MS = times(60_000, 12_000);
const TAKE_OVER_MS = 10_000;
const SEED = Number(process.env['FAULTS_SEED'] ?? 12);

describe('Two builds of one shop, the newer with a handler, a message, a step of the checkout and a read model more', () => {
  let street: Street;
  let newer: ChangedBuild;
  let database: StreetDatabase;
  let builds: Builds;
  let stand: Stand;
  const roll = dice(SEED);

  beforeAll(async () => {
    [street, newer] = await Promise.all([Street.open(), newerBuild()]);
  }, 240_000);
  beforeEach(async () => {
    database = await street.database();
    builds = buildsAt(street, database.url, newer.folder);
  });
  afterEach(() => builds.close(), 60_000);
  afterAll(async () => {
    await street?.close();
    newer?.remove();
  }, 60_000);

  const summed = async (fault: string, since: Date, late?: { readonly from: Date }) => {
    const wrong = await wrongInBoth(stand, since);
    const latest = late ? await latestNews(stand, late.from) : 0;
    const note = late ? `the newer build's own message waited ${(latest / 1_000).toFixed(1)} s at most` : undefined;
    tell({ fault: `two builds: ${fault}`, tried: stand.sales.length, lost: wrong.length, note });
    expect(wrong).toEqual([]);
    expect(latest).toBeLessThan(TAKE_OVER_MS);
  };

  it(
    'lose nothing when the newer one comes to the older one, which leads',
    async () => {
      stand = await Stand.of(database, [builds.older()]);
      const joining = stand.join(builds.newer());
      let since = new Date(0);
      await whileSelling(stand, ORDERS, async () => {
        await joining.open();
        since = await now(stand);
      });
      await summed('the newer joins the older, which leads', since, { from: since });
    },
    PATIENCE_MS,
  );

  it(
    'lose nothing when the older one comes to the newer one, which leads',
    async () => {
      stand = await Stand.of(database, [builds.newer()]);
      const since = await now(stand);
      const joining = stand.join(builds.older());
      await whileSelling(stand, ORDERS, () => joining.open());
      await summed('the older joins the newer, which leads', since, { from: since });
    },
    PATIENCE_MS,
  );

  it(
    'lose nothing while two processes are exchanged for newer ones, one by one',
    async () => {
      stand = await Stand.of(database, [builds.older(), builds.older()]);
      const before = [...stand.tills];
      let since = new Date(0);
      await whileSelling(stand, ORDERS, async () => {
        for (const leaving of before) {
          await stand.join(builds.newer()).open();
          if (leaving === before[0]) since = await now(stand);
          expect(await leaving.shop.stop()).toBe(0);
        }
      });
      await summed('rolled forward, one process after the other', since, { from: since });
    },
    PATIENCE_MS,
  );

  it(
    'keep what only the newer one can do while the shop is rolled back, until it is rolled forward again',
    async () => {
      stand = await Stand.of(database, [builds.newer(), builds.newer()]);
      const before = [...stand.tills];
      const since = await now(stand);
      await whileSelling(stand, ORDERS / 2, async () => {
        for (const leaving of before) {
          await stand.join(builds.older()).open();
          expect(await leaving.shop.stop()).toBe(0);
        }
      });
      const alone = await stand.sell(['card', 'cash']);
      await stand.insist(alone);
      await eventually(async () => expect(await confirmed(alone)).toBe(2)); // begun by the older, ended by the older
      expect(await newsOf(alone)).toBe(0);
      await whileSelling(stand, ORDERS / 2, () => stand.join(builds.newer()).open());
      await summed('rolled back, and forward again', since);
      expect(await newsOf(alone)).toBe(2);
    },
    PATIENCE_MS,
  );

  it.each(['newer', 'older'] as const)(
    'lose nothing while the %s one crashes again and again beside the other',
    async (crashing) => {
      const steady = crashing === 'newer' ? 'older' : 'newer';
      stand = await Stand.of(database, [builds.newer(), builds[steady]()]);
      const since = await now(stand);
      if (crashing === 'older') await stand.tills[0].close();
      const looping = crashing === 'newer' ? stand.tills[0] : stand.join(builds.older());
      await looping.close();
      await whileSelling(stand, ORDERS, () => crashLoop(looping, LOOP_MS, 500 + Math.floor(roll() * 1_500)));
      if (crashing === 'newer') await looping.open();
      const late = crashing === 'older' ? { from: since } : undefined;
      await summed(`the ${crashing} crashes every other second beside the ${steady}`, since, late);
    },
    PATIENCE_MS + LOOP_MS,
  );

  const count = async (sql: string, sales: readonly { readonly orderId?: string }[]) =>
    (await database.query<{ count: number }>(sql, [sales.map(({ orderId }) => orderId)]))[0].count;
  const confirmed = (sales: readonly { readonly orderId?: string }[]) =>
    count(
      `select count(*)::int from ordering.order_events where order_id = any($1::uuid[]) and event_type = 'OrderConfirmed'`,
      sales,
    );
  const newsOf = (sales: readonly { readonly orderId?: string }[]) =>
    count(
      `select count(*)::int from notifications.news where order_id = any($1::uuid[]) and type = 'ordering.order-confirmed.v1'`,
      sales,
    );
});
