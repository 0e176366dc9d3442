import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { waitUntilIdle, findFaults } from './support/find-faults';
import { sellContinuously, timeUntilServed, timeUntilRecovered } from './support/sell-continuously';
import { recordResult, repeatCount } from './support/matrix';
import { FaultShop } from './support/fault-shop';
import { ShopServer } from './support/shop-server';

const RESTARTS = repeatCount(100, 4);
const BETWEEN_MS = 2_000;

/** How Postgres is stopped: killed, stopped at once with its sessions, or shut down properly. */
const stops = [
  { how: 'SIGKILL', fault: 'Postgres killed under load' },
  { how: 'SIGQUIT', fault: 'Postgres stopped at once (-m immediate) under load' },
  { how: 'SIGINT', fault: 'Postgres restarted (-m fast) under load' },
] as const;

describe('A shop whose Postgres stops and comes back under load', () => {
  let shopServer: ShopServer;
  let faultShop: FaultShop;
  beforeAll(async () => {
    shopServer = await ShopServer.open();
    faultShop = await FaultShop.open(shopServer, 2, { PAYMENT_TIMEOUT_MS: '300' });
  }, 120_000);
  afterAll(async () => {
    await Promise.all(faultShop.processes.map((shopProcess) => shopProcess.close()));
    await shopServer?.close();
  }, 60_000);

  it(
    `loses nothing that was acknowledged, and recovers by itself, ${RESTARTS} times`,
    async () => {
      const load = sellContinuously(faultShop);
      const recoveries: Record<string, number[]> = {};
      let unhealthyReplies = 0;
      for (let round = 0; round < RESTARTS; round++) {
        const { how, fault } = stops[round % stops.length];
        await pause(BETWEEN_MS);
        const at = Date.now();
        process.kill(shopServer.postgresPid, how);
        const health = await Promise.all(
          faultShop.processes.map(({ shop }) => shop.get('//health', { withinMs: 4_000 }).catch(() => ({ status: 0 }))),
        );
        unhealthyReplies += health.filter(({ status }) => status === 503).length;
        (recoveries[fault] ??= []).push(
          await timeUntilServed(faultShop, faultShop.processes[round % faultShop.processes.length], at, 30_000),
        );
        for (const { shop } of faultShop.processes) await eventually(async () => expect((await shop.get('//health')).status).toBe(200), 10_000); // prettier-ignore
      }
      await load.stop();
      await timeUntilRecovered(faultShop, Date.now());
      await waitUntilIdle(faultShop);
      const wrong = await findFaults(faultShop);
      for (const [fault, recoveryMs] of Object.entries(recoveries))
        recordResult({
          fault,
          tried: recoveryMs.length,
          lost: wrong.length,
          recoveryMs,
          note: 'until a new order is confirmed',
        });
      expect(wrong).toEqual([]);
      expect(unhealthyReplies).toBeGreaterThan(0); // /health has reported the fault
    },
    (RESTARTS * 15 + 120) * 1_000,
  );
});
