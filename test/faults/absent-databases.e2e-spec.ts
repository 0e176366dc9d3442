import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { ShopOnServers, type Context } from './support/shop-on-servers';
import { waitUntilIdle, findFaults } from './support/find-faults';
import { timeUntilRecovered } from './support/sell-continuously';
import { recordResult, repeatCount } from './support/matrix';
import type { OwnServer } from './support/own-server';
import { sellAtRate } from './support/sell-at-rate';
import type { FaultShop } from './support/fault-shop';
import type { ShopProcess } from './support/shop-server';

const FAULT_MS = repeatCount(60_000, 7_000);
const ORDERS_PER_SECOND = repeatCount(20, 4);
const CRASHES = repeatCount(30, 6);
const REPEAT_AFTER_MS = 25_000;
const PATIENCE_MS = repeatCount(300_000, 120_000);
/** For how long buyers order after the fault. */
const ORDERS_AFTER_FAULT_MS = repeatCount(10_000, 2_000);
/** The longest time that /health is allowed to take for an answer. */
const MAX_HEALTH_MS = 1_000;

type Fault = readonly [what: string, begin: (server: OwnServer) => unknown, end: (server: OwnServer) => unknown];

const stopped: Fault = ['is stopped', (server) => server.stop(), (server) => server.start()];
const frozen: Fault = ['is frozen (SIGSTOP)', (server) => server.freeze(), (server) => server.thaw()];
const refusing: Fault = [
  'refuses connections',
  (server) => server.refuseConnections(),
  (server) => server.allowConnections(),
];
const exhausted: Fault = [
  'is out of connections',
  (server) => server.takeAllConnections(),
  (server) => server.releaseConnections(),
];
const readOnly: Fault = ['is read-only', (server) => server.readOnly(true), (server) => server.readOnly(false)];
const full: Fault = ['has a full disk', (server) => server.fillDisk(), (server) => server.removeFiller()];
const faults = [stopped, frozen, refusing, exhausted, readOnly, full];

/** Without these contexts the shop is down, not degraded. */
const neededByAll: readonly Context[] = ['ordering', 'catalog', 'cart'];
/** Orders can be confirmed without these contexts. */
const notNeeded: readonly Context[] = ['customers', 'notifications'];
const allContexts: readonly Context[] = ['customers', 'notifications', 'inventory', 'payments', 'catalog', 'cart', 'identity', 'ordering']; // prettier-ignore
const contextsInShortRun: readonly Context[] = ['customers', 'notifications', 'inventory', 'payments'];

const allCases = allContexts.flatMap((context) => faults.map((fault) => [context, fault] as const));
const casesInShortRun = [
  ...([['notifications', stopped], ['notifications', frozen], ['customers', refusing], ['customers', frozen]] as const), // prettier-ignore
  ...([
    ['inventory', stopped],
    ['inventory', exhausted],
    ['payments', readOnly],
    ['payments', full],
  ] as const),
];
const isFullRun = repeatCount(1, 0) > 0;
const cases = (isFullRun ? allCases : casesInShortRun).map(([context, fault]) => ({ context, what: fault[0], fault }));
/** In a full run each context has its own shop, because the check after each fault takes longer with more orders. */
const shops = isFullRun ? allContexts.map((context) => cases.filter((one) => one.context === context)) : [cases];

const formatCounts = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([what, count]) => `${what}: ${count}`)
    .join(', ');

describe.each(shops)('Contexts with their own database servers', (...casesOfShop) => {
  let shop: ShopOnServers;
  beforeAll(async () => {
    shop = await ShopOnServers.open(isFullRun ? allContexts : contextsInShortRun, { env: { PAYMENT_TIMEOUT_MS: '300' }, disks: isFullRun ? allContexts : ['payments'] }); // prettier-ignore
  }, 180_000);
  afterAll(() => shop?.close(), 60_000);

  const health = async () => {
    const reply = await shop.faultShop.shop.get('//health', { withinMs: 4_000 }).catch(() => undefined);
    return { status: (reply?.body.status as string | undefined) ?? 'without an answer', text: JSON.stringify(reply?.body ?? '') }; // prettier-ignore
  };
  const confirmedOf = async (ids: readonly (string | undefined)[]) =>
    (
      await shop.faultShop.database.query<{ count: number }>(
        `select count(*)::int from ordering.order_events where order_id = any($1::uuid[]) and event_type in ('OrderConfirmed', 'OrderCancelled')`,
        [ids],
      )
    )[0].count;

  /** Waits until /health has the expected state. Returns the last state if the time is over. */
  const waitForHealth = async (context: Context, status: string, forMs: number) => {
    const end = performance.now() + forMs;
    for (;;) {
      const found = await health();
      if (found.status === status && found.text.includes(`"database:${context}":"unhealthy"`)) return found;
      if (performance.now() > end) return found;
      await pause(200);
    }
  };

  /**
   * Begins the fault. At the end of the fault, returns the orders from its first half, and how many of these orders
   * were confirmed or cancelled.
   */
  const duringFault = async (context: Context, status: string, from: number, begin: () => unknown) => {
    await begin();
    const reported = waitForHealth(context, status, FAULT_MS - MAX_HEALTH_MS);
    await pause(FAULT_MS / 2);
    const early = shop.faultShop.sales.slice(from);
    await pause(FAULT_MS / 2);
    const during = await reported;
    const orderIds = early.flatMap(({ orderId }) => orderId ?? []);
    const timeLimit = pause(10_000, 0); // perhaps the database that does not answer is that of ordering
    return { during, orderIds, decided: await Promise.race([confirmedOf(orderIds).catch(() => 0), timeLimit]) };
  };

  it.each(casesOfShop)(
    'lose nothing and leave no dead letter if the database of $context $what, and are healthy again automatically',
    async ({ context, what, fault: [, begin, end] }) => {
      const { faultShop, servers } = shop;
      const server = servers[context]!;
      const expectedStatus =
        neededByAll.includes(context) && what !== readOnly[0] && what !== full[0] ? 'down' : 'degraded';
      const buyers = sellAtRate(faultShop, ORDERS_PER_SECOND);
      await pause(1_000);
      const healthBefore = await health();
      buyers.newAnswers();
      const from = faultShop.sales.length;
      const { during, orderIds, decided } = await duringFault(context, expectedStatus, from, () => begin(server))
        .finally(() => end(server))
        .catch((error: unknown) => buyers.stop().then(() => Promise.reject(error as Error)));
      const answers = buyers.newAnswers();
      const endedAt = Date.now();
      await pause(ORDERS_AFTER_FAULT_MS).finally(() => buyers.stop());
      const recoveryMs = [await timeUntilRecovered(faultShop, endedAt, PATIENCE_MS)];
      await waitUntilIdle(faultShop, PATIENCE_MS);
      const wrong = await findFaults(faultShop);
      const note = `buyers were told ${formatCounts(answers)}; /health said ${during.status}; ${decided} of ${orderIds.length} orders were decided meanwhile`;
      recordResult({ fault: `the database of ${context} ${what}`, tried: faultShop.sales.length - from, lost: wrong.length, recoveryMs, note }); // prettier-ignore
      expect(wrong).toEqual([]);
      expect(healthBefore.status).toBe('ok');
      await eventually(async () => expect((await health()).status).toBe('ok'), 15_000);
      expect(during).toMatchObject({
        status: expectedStatus,
        text: expect.stringContaining(`"database:${context}":"unhealthy"`) as string,
      });
      if (!notNeeded.includes(context)) return;
      expect({ decided, of: orderIds.length }).toEqual({ decided: orderIds.length, of: orderIds.length });
      expect(orderIds.length).toBeGreaterThan(0);
    },
    FAULT_MS + PATIENCE_MS * 3,
  );
});

/** If sender and receiver share a server, the receiver commits asynchronously. */
const onSharedServer: readonly Context[] = ['ordering', 'inventory', 'payments'];
const targets: readonly { readonly context: Context; readonly point: string }[] = [
  { context: 'ordering', point: 'relay.delivered@ordering' },
  { context: 'ordering', point: 'transport.handed-over@ordering-to-inventory' },
  { context: 'ordering', point: 'relay.delivered@inventory' },
  { context: 'customers', point: 'transport.handed-over@ordering-to-customers' },
  { context: 'ordering', point: 'relay.delivered@payments' },
  { context: 'notifications', point: 'transport.handed-over@ordering-to-notifications' },
];

/** Sells one order a second until the process stops at the crash point. Some points are passed only once for each order. */
async function sellUntilStopped(faultShop: FaultShop, shopProcess: ShopProcess): Promise<Promise<unknown>[]> {
  const before = shopProcess.crashes.length;
  const selling: Promise<unknown>[] = [];
  for (let waited = 0; shopProcess.crashes.length === before; waited += 100, await pause(100)) {
    if (waited > 20_000) throw new Error('no process reached the crash point');
    if (waited % 1_000 === 0) selling.push(faultShop.sell(['card']));
  }
  return selling;
}

describe('A receiver whose server crashes after its own commit, before the sender marks the message as delivered,', () => {
  let shop: ShopOnServers;
  beforeAll(async () => {
    // An asynchronous commit reaches the disk late, so a crash loses it.
    const settings = { wal_writer_delay: '10s' };
    shop = await ShopOnServers.open([onSharedServer, 'customers', 'notifications'], {
      env: { PAYMENT_TIMEOUT_MS: '300', MESSAGE_DELIVERY: 'relay' },
      settings,
    });
  }, 180_000);
  afterAll(() => shop?.close(), 60_000);

  it(
    `loses nothing in ${CRASHES} crashes`,
    async () => {
      const { faultShop, servers } = shop;
      const [shopProcess] = faultShop.processes;
      const recoveryMs: number[] = [];
      for (let crash = 0; crash < CRASHES; crash++) {
        const { context, point } = targets[crash % targets.length];
        shopProcess.arm(`${point}:${1 + (Math.floor(crash / targets.length) % 4)}:SIGSTOP`);
        const selling = await sellUntilStopped(faultShop, shopProcess);
        const at = Date.now();
        await servers[context]!.stop('immediate');
        await servers[context]!.start();
        shopProcess.arm('');
        shopProcess.signal('SIGCONT');
        await Promise.all(selling);
        recoveryMs.push(await timeUntilRecovered(faultShop, at, PATIENCE_MS));
      }
      await waitUntilIdle(faultShop, PATIENCE_MS);
      const wrong = await findFaults(faultShop);
      const note = 'aimed between the commit of the receiver and the mark of the sender; until every order is decided';
      recordResult({ fault: "a receiver's own Postgres stopped at once (-m immediate)", tried: CRASHES, lost: wrong.length, recoveryMs, note }); // prettier-ignore
      expect(wrong).toEqual([]);
      expect(Math.max(...recoveryMs)).toBeLessThan(REPEAT_AFTER_MS); // so no checkout had to repeat a request
    },
    CRASHES * 60_000 + PATIENCE_MS * 3,
  );
});
