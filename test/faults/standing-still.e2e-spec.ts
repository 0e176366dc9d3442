import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { atRest, whatIsWrong } from './support/books';
import { evening, untilServed, untilWell } from './support/evening';
import { leaderOf, watchWrites, type Writes } from './support/leads';
import { tell, times } from './support/matrix';
import { Stand } from './support/stand';
import { Street } from './support/street';

const STOPS = times(50, 3);
const WHOLE = STOPS > 3;
const STILL_MS = WHOLE ? 30_000 : 12_000;
const PAIRS = Math.min(5, STOPS);
const TAKEOVER_MS = 10_000;

/** Where the leader stops: at some moment, or between two steps of what it is just writing. */
const points = [
  'at some moment',
  'sequencer.read',
  'inbox.before-commit@write-letter/ordering.order-confirmed.v1', // in an open transaction
  'projection.folded@order-view',
  'relay.delivered@ordering',
  'inbox.before-settle@checkout/inventory.stock-reserved.v1',
  'sequencer.numbered',
  'relay.read@ordering',
  'projection.moved@order-list',
  'payment.before-call@charge',
];

describe('A leader that stands still', () => {
  let street: Street;
  const stands: Stand[] = [];
  beforeAll(async () => {
    street = await Street.open();
    for (let n = 0; n < PAIRS; n++) stands.push(await Stand.open(street, 2, { PAYMENT_TIMEOUT_MS: '300' }));
  }, 240_000);
  afterAll(async () => {
    for (const { tills } of stands) for (const till of tills) till.signal('SIGCONT');
    await Promise.all(stands.flatMap(({ tills }) => tills.map((till) => till.close())));
    await street?.close();
  }, 60_000);

  it(
    `for ${STILL_MS / 1_000} s, ${STOPS} times: the other leads within ${TAKEOVER_MS / 1_000} s, and it writes nothing when it wakes`,
    async () => {
      let next = 0;
      const takeovers: number[] = [];
      const wrong: string[] = [];
      const work = async (stand: Stand) => {
        const writes = await watchWrites(stand);
        for (let round = next++; round < STOPS; round = next++) {
          takeovers.push(await stop(stand, writes, points[round % points.length], wrong));
        }
        await atRest(stand);
        wrong.push(...(await whatIsWrong(stand)));
      };
      await Promise.all(stands.map(work));
      tell({
        fault: `SIGSTOP of a leader for ${STILL_MS / 1_000} s, idle, at work and inside a transaction`,
        tried: takeovers.length,
        lost: wrong.length,
        recoveryMs: takeovers,
        note: 'from the stop until an order placed at the other is confirmed and readable; the old leader wrote nothing',
      });
      expect(wrong).toEqual([]);
      expect(Math.max(...takeovers)).toBeLessThan(TAKEOVER_MS);
    },
    (Math.ceil(STOPS / PAIRS) * (STILL_MS + 25_000) + 120_000) / 1,
  );

  /** Stops the one that leads, has the other serve, wakes it up, and sees what it writes then. */
  async function stop(stand: Stand, writes: Writes, point: string, wrong: string[]): Promise<number> {
    const leader = await eventually(() => leaderOf(stand));
    const other = stand.tills.find((till) => till !== leader)!;
    const strokes = leader.struck.length;
    const load = evening(stand);
    if (point === points[0]) leader.signal('SIGSTOP');
    else leader.arm(`${point}:2:SIGSTOP`);
    const at = point === points[0] ? Date.now() : await struck(leader, strokes);
    const [served] = await Promise.all([untilServed(stand, other, at), load.over()]);
    await pause(Math.max(0, at + STILL_MS - Date.now()));

    const heir = await leaderOf(stand);
    if (heir !== other) wrong.push(`${point}: the other does not lead`);
    const before = await writes.by(leader);
    leader.arm('');
    leader.signal('SIGCONT');
    const awake = Date.now();
    await untilServed(stand, leader, awake); // it takes orders again, and is one of two
    await eventually(async () => expect(await writes.living()).toBe(2), 15_000);
    await pause(1_000);
    const written = (await writes.by(leader)) - before;
    if (written !== 0) wrong.push(`${point}: the old leader wrote ${written} times when it woke`);
    await untilWell(stand, awake);
    return served;
  }

  async function struck(till: { readonly struck: readonly { readonly at: number }[] }, before: number) {
    await eventually(() => expect(till.struck.length).toBeGreaterThan(before), 20_000);
    return till.struck.at(-1)!.at;
  }
});
