import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { atRest, whatIsWrong } from './support/books';
import type { Wish } from './support/crowd';
import { evening, untilServed, untilWell } from './support/evening';
import { leadsAt } from './support/leads';
import { tell, times } from './support/matrix';
import { Stand } from './support/stand';
import { Street } from './support/street';

const KILLS = times(40, 3);
const ROLLS = times(20, 1);
const RESTARTS = times(20, 2);
const PAYS: readonly Wish[] = ['card', 'cash', 'declined'];

describe('Two processes of one shop', () => {
  let street: Street;
  let stand: Stand;
  let leads: number;
  const books = async () => {
    await untilWell(stand, Date.now());
    await atRest(stand);
    return whatIsWrong(stand);
  };
  beforeAll(async () => {
    street = await Street.open();
    stand = await Stand.open(street, 2, { PAYMENT_TIMEOUT_MS: '300' });
    leads = await eventually(async () => {
      const count = await leadsAt(stand);
      expect(count).toBeGreaterThan(8);
      return count;
    });
  }, 120_000);
  afterAll(async () => {
    await Promise.all(stand.tills.map((till) => till.close()));
    await street?.close();
  }, 60_000);

  it(
    `lose nothing when one of them is killed under load, ${KILLS} times in turn`,
    async () => {
      const recoveryMs: number[] = [];
      const load = evening(stand);
      for (let kill = 0; kill < KILLS; kill++) {
        await pause(500);
        const [killed, other] = kill % 2 ? stand.tills : [...stand.tills].reverse();
        const at = Date.now();
        killed.signal('SIGKILL');
        recoveryMs.push(await untilServed(stand, other, at));
        await killed.shop.gone;
        await killed.open();
      }
      await load.over();
      const wrong = await books();
      const note = 'from the kill until an order placed at the other is confirmed and readable';
      tell({ fault: 'kill -9 of one of two processes under load', tried: KILLS, lost: wrong.length, recoveryMs, note });
      expect(wrong).toEqual([]);
      expect(Math.max(...recoveryMs)).toBeLessThan(10_000);
    },
    KILLS * 25_000 + 120_000,
  );

  it(
    `refuse nobody while they are restarted one after the other, ${ROLLS} times`,
    async () => {
      let refused = 0;
      let asked = 0;
      const recoveryMs: number[] = [];
      for (let roll = 0; roll < ROLLS; roll++)
        for (const [leaving, staying] of [stand.tills, [...stand.tills].reverse()]) {
          let rolling = true;
          const asking = (async () => {
            for (; rolling; await pause(30)) {
              const sold = await stand.sell([PAYS[asked % PAYS.length]], () => staying.shop);
              asked++;
              if (!sold[0]?.orderId) refused++;
            }
          })();
          const at = Date.now();
          expect(await leaving.shop.stop()).toBe(0);
          recoveryMs.push(await untilServed(stand, staying, at));
          await leaving.open();
          rolling = false;
          await asking;
        }
      const wrong = await books();
      const note = `${asked} orders asked for meanwhile, ${refused} without an answer`;
      tell({ fault: 'rolling restart (SIGTERM) under load', tried: ROLLS * 2, lost: wrong.length, recoveryMs, note });
      expect(wrong).toEqual([]);
      expect(refused).toBe(0);
    },
    ROLLS * 50_000 + 120_000,
  );

  it(
    `take up their leads within 2 s of opening after a kill, ${RESTARTS} times`,
    async () => {
      const [only, other] = stand.tills;
      await other.close();
      const took: number[] = [];
      for (let restart = 0; restart < RESTARTS; restart++) {
        await stand.sell(['card', 'cash', 'card']);
        only.signal('SIGKILL');
        await only.shop.gone;
        await only.open();
        const opened = Date.now();
        await eventually(async () => expect(await leadsAt(stand)).toBe(leads), 10_000);
        took.push(await untilServed(stand, only, opened));
        expect(took.at(-1)).toBeLessThan(2_000);
      }
      const wrong = await books();
      const note = 'from the open door until all leads are taken up and a new order is confirmed';
      tell({
        fault: 'kill -9 and the same process again',
        tried: RESTARTS,
        lost: wrong.length,
        recoveryMs: took,
        note,
      });
      expect(wrong).toEqual([]);
    },
    RESTARTS * 20_000 + 120_000,
  );
});
