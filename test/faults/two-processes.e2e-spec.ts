import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { waitUntilIdle, findFaults } from './support/find-faults';
import type { PurchaseKind } from './support/purchases';
import { sellContinuously, timeUntilServed, timeUntilRecovered } from './support/sell-continuously';
import { countLeaders } from './support/leaders';
import { recordResult, repeatCount } from './support/matrix';
import { FaultShop } from './support/fault-shop';
import { ShopServer } from './support/shop-server';

const KILLS = repeatCount(40, 3);
const ROLLS = repeatCount(20, 1);
const RESTARTS = repeatCount(20, 2);
const PAYS: readonly PurchaseKind[] = ['card', 'cash', 'declined'];

describe('Two processes of one shop', () => {
  let shopServer: ShopServer;
  let faultShop: FaultShop;
  let leaderCount: number;
  const findFaultsWhenIdle = async () => {
    await timeUntilRecovered(faultShop, Date.now());
    await waitUntilIdle(faultShop);
    return findFaults(faultShop);
  };
  beforeAll(async () => {
    shopServer = await ShopServer.open();
    faultShop = await FaultShop.open(shopServer, 2, { PAYMENT_TIMEOUT_MS: '300' });
    leaderCount = await eventually(async () => {
      const count = await countLeaders(faultShop);
      expect(count).toBeGreaterThan(8);
      return count;
    });
  }, 120_000);
  afterAll(async () => {
    await Promise.all(faultShop.processes.map((shopProcess) => shopProcess.close()));
    await shopServer?.close();
  }, 60_000);

  it(
    `lose nothing when one and then the other is killed under load, ${KILLS} times`,
    async () => {
      const recoveryMs: number[] = [];
      const load = sellContinuously(faultShop);
      for (let kill = 0; kill < KILLS; kill++) {
        await pause(500);
        const [killed, other] = kill % 2 ? faultShop.processes : [...faultShop.processes].reverse();
        const at = Date.now();
        killed.signal('SIGKILL');
        recoveryMs.push(await timeUntilServed(faultShop, other, at));
        await killed.shop.gone;
        await killed.open();
      }
      await load.stop();
      const wrong = await findFaultsWhenIdle();
      const note = 'from the kill until an order placed at the other is confirmed and readable';
      recordResult({
        fault: 'kill -9 of one of two processes under load',
        tried: KILLS,
        lost: wrong.length,
        recoveryMs,
        note,
      });
      expect(wrong).toEqual([]);
      expect(Math.max(...recoveryMs)).toBeLessThan(10_000);
    },
    KILLS * 25_000 + 120_000,
  );

  it(
    `refuse no order while they are restarted one after the other, ${ROLLS} times`,
    async () => {
      let refused = 0;
      let orderCount = 0;
      const recoveryMs: number[] = [];
      for (let roll = 0; roll < ROLLS; roll++)
        for (const [leaving, staying] of [faultShop.processes, [...faultShop.processes].reverse()]) {
          let isRestarting = true;
          const selling = (async () => {
            for (; isRestarting; await pause(30)) {
              const sold = await faultShop.sell([PAYS[orderCount % PAYS.length]], () => staying.shop);
              orderCount++;
              if (!sold[0]?.orderId) refused++;
            }
          })();
          const at = Date.now();
          expect(await leaving.shop.stop()).toBe(0);
          recoveryMs.push(await timeUntilServed(faultShop, staying, at));
          await leaving.open();
          isRestarting = false;
          await selling;
        }
      const wrong = await findFaultsWhenIdle();
      const note = `${orderCount} orders asked for meanwhile, ${refused} without an answer`;
      recordResult({
        fault: 'rolling restart (SIGTERM) under load',
        tried: ROLLS * 2,
        lost: wrong.length,
        recoveryMs,
        note,
      });
      expect(wrong).toEqual([]);
      expect(refused).toBe(0);
    },
    ROLLS * 50_000 + 120_000,
  );

  it(
    `can be reduced to one, which leads all jobs within 2 s of its start after a kill, ${RESTARTS} times`,
    async () => {
      const [only, other] = faultShop.processes;
      await other.close();
      const durationsMs: number[] = [];
      for (let restart = 0; restart < RESTARTS; restart++) {
        await faultShop.sell(['card', 'cash', 'card']);
        only.signal('SIGKILL');
        await only.shop.gone;
        await only.open();
        const opened = Date.now();
        await eventually(async () => expect(await countLeaders(faultShop)).toBe(leaderCount), 10_000);
        durationsMs.push(await timeUntilServed(faultShop, only, opened));
        expect(durationsMs.at(-1)).toBeLessThan(2_000);
      }
      const wrong = await findFaultsWhenIdle();
      const note = 'from the first accepted request until each job has a leader and a new order is confirmed';
      recordResult({
        fault: 'kill -9 and the same process again',
        tried: RESTARTS,
        lost: wrong.length,
        recoveryMs: durationsMs,
        note,
      });
      expect(wrong).toEqual([]);
    },
    RESTARTS * 20_000 + 120_000,
  );
});
