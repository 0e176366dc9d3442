import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomInt, randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually';
import { waitUntilIdle, findFaults } from './support/find-faults';
import { besideCheckouts, crashPointsOf } from './support/crash-list';
import { purchaseKinds } from './support/purchases';
import { CrashPointQueue } from './support/crash-point-queue';
import { killRepeatedly, type Kill } from './support/killing';
import { recordResult, repeatCount } from './support/matrix';
import { mailServer } from './support/smtp';
import { FaultShop } from './support/fault-shop';
import { ShopServer } from './support/shop-server';

const KILLS = repeatCount(1_000, 15);
const MINUTE = 60_000;
/**
 * The checkout gives up a payment without an answer after this time. The time is short, so that timers become due too.
 */
const RESERVED_S = '3';
const SEED = Number(process.env['FAULTS_SEED'] ?? randomInt(2 ** 31));

describe.each(['direct', 'relay'] as const)(
  'A shop that is killed at every step of a checkout, with delivery by %s,',
  (delivery) => {
    const crashPoints = crashPointsOf(delivery);
    const seen = join(tmpdir(), `crash-seen-${randomUUID()}`);
    let shopServer: ShopServer;
    let mail: Awaited<ReturnType<typeof mailServer>>;
    const faultShops: FaultShop[] = [];

    beforeAll(async () => {
      [shopServer, mail] = await Promise.all([ShopServer.open(), mailServer()]);
      const env = {
        ...{ PAYMENT_TIMEOUT_MS: '300', RESERVATION_TTL_SECONDS: RESERVED_S },
        ...{ SMTP_URL: mail.url, MESSAGE_DELIVERY: delivery },
      };
      faultShops.push(await FaultShop.open(shopServer, 1, { ...env, CRASH_SEEN: seen }));
    }, 3 * MINUTE);
    afterAll(async () => {
      await Promise.all(
        faultShops.flatMap(({ processes: shopProcesses }) => shopProcesses.map((shopProcess) => shopProcess.close())),
      );
      await Promise.all([shopServer?.close(), mail?.close()]);
    }, MINUTE);

    it(
      'passes every listed crash point, and no other crash points',
      async () => {
        const [faultShop] = faultShops;
        await faultShop.sell(['returned', ...purchaseKinds]);
        await faultShop.repeatUnanswered();
        await eventually(async () => {
          await faultShop.cancelSome(faultShop.sales);
          expect(
            faultShop.sales.filter(({ kind, isCancelled }) => /returned|regretted/.test(kind) && !isCancelled),
          ).toEqual([]);
        });
        await waitUntilIdle(faultShop);
        const reachedPoints = () => readFileSync(seen, 'utf8').split('\n').filter(Boolean);
        await eventually(
          () => expect(crashPoints.filter((point) => !reachedPoints().includes(point))).toEqual([]),
          30_000,
        );
        expect(reachedPoints().filter((point) => !besideCheckouts.test(point) && !crashPoints.includes(point))).toEqual(
          [],
        );
        expect(await findFaults(faultShop)).toEqual([]);
      },
      3 * MINUTE,
    );

    it(
      `loses nothing in ${KILLS} kills`,
      async () => {
        process.stdout.write(`FAULTS_SEED=${SEED}\n`);
        const env = { PAYMENT_TIMEOUT_MS: '300', SMTP_URL: mail.url, MESSAGE_DELIVERY: delivery };
        faultShops.push(
          ...(await Promise.all([FaultShop.open(shopServer, 2, env), FaultShop.open(shopServer, 1, env)])),
        );
        const queue = new CrashPointQueue(crashPoints, SEED, KILLS);
        const killedAt: string[] = [];
        const wrong: string[] = [];
        const recordKills = (kills: readonly Kill[], found: readonly string[]) => {
          killedAt.push(...kills.map(({ point }) => point));
          wrong.push(...found);
          recordResult({
            fault: `kill -9 at a crash point of a checkout, delivery by ${delivery}`,
            tried: kills.length,
            lost: found.length,
            recoveryMs: kills.map(({ recoveryMs }) => recoveryMs),
            note: `${crashPoints.length} points; until every order is decided and readable, the new start included`,
          });
        };
        await Promise.all(
          faultShops.map((faultShop, at) =>
            killRepeatedly(faultShop, queue, { timersFire: at === 0, onChecked: recordKills }),
          ),
        );
        process.stdout.write(`${killedAt.length} kills at ${new Set(killedAt).size} points, ${queue.missed.length} missed ${queue.missed.join(' ')}\n`); // prettier-ignore
        for (const faultShop of faultShops)
          await eventually(async () => expect(await findLostLetters(faultShop)).toEqual([]), 60_000);
        expect(wrong).toEqual([]);
        expect(killedAt.length).toBeGreaterThanOrEqual(KILLS);
      },
      (KILLS * 15 + 240) * 1_000,
    );

    /** Finds letters that were never sent. A letter may arrive twice, with the same Message-ID. */
    async function findLostLetters({ database }: FaultShop): Promise<string[]> {
      const letters = await database.query<{ id: string }>('select id from notifications.letters');
      return letters.filter(({ id }) => !mail.ids.includes(id)).map(({ id }) => `letter ${id} was never sent`);
    }
  },
);
