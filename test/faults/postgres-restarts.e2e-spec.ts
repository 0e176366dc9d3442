import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { atRest, whatIsWrong } from './support/books';
import { evening, untilServed, untilWell } from './support/evening';
import { tell, times } from './support/matrix';
import { Stand } from './support/stand';
import { Street } from './support/street';

const RESTARTS = times(100, 4);
const BETWEEN_MS = 2_000;

/** How Postgres goes: at once without a word, at once with its sessions, or in order. */
const blows = [
  { how: 'SIGKILL', fault: 'Postgres killed under load' },
  { how: 'SIGQUIT', fault: 'Postgres stopped at once (-m immediate) under load' },
  { how: 'SIGINT', fault: 'Postgres restarted (-m fast) under load' },
] as const;

describe('A Postgres that goes and comes back under load', () => {
  let street: Street;
  let stand: Stand;
  beforeAll(async () => {
    street = await Street.open();
    stand = await Stand.open(street, 2, { PAYMENT_TIMEOUT_MS: '300' });
  }, 120_000);
  afterAll(async () => {
    await Promise.all(stand.tills.map((till) => till.close()));
    await street?.close();
  }, 60_000);

  it(
    `loses nothing that was acknowledged, and is served again by itself, ${RESTARTS} times`,
    async () => {
      const load = evening(stand);
      const back: Record<string, number[]> = {};
      let unwell = 0;
      for (let round = 0; round < RESTARTS; round++) {
        const { how, fault } = blows[round % blows.length];
        await pause(BETWEEN_MS);
        const at = Date.now();
        process.kill(street.postgresPid, how);
        const health = await Promise.all(
          stand.tills.map(({ shop }) => shop.get('//health', { withinMs: 4_000 }).catch(() => ({ status: 0 }))),
        );
        unwell += health.filter(({ status }) => status === 503).length;
        (back[fault] ??= []).push(await untilServed(stand, stand.tills[round % stand.tills.length], at, 30_000));
        for (const { shop } of stand.tills) await eventually(async () => expect((await shop.get('//health')).status).toBe(200), 10_000); // prettier-ignore
      }
      await load.over();
      await untilWell(stand, Date.now());
      await atRest(stand);
      const wrong = await whatIsWrong(stand);
      for (const [fault, recoveryMs] of Object.entries(back))
        tell({
          fault,
          tried: recoveryMs.length,
          lost: wrong.length,
          recoveryMs,
          note: 'until a new order is confirmed',
        });
      expect(wrong).toEqual([]);
      expect(unwell).toBeGreaterThan(0); // /health has told of it
    },
    (RESTARTS * 15 + 120) * 1_000,
  );
});
