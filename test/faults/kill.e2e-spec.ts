import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BackOffice } from '../support/back-office';
import { productNamed, type Product } from '../support/buyers';
import { expectTotalsToAddUp, waitUntilDecided } from '../support/expect-totals';
import {
  answeredOrders,
  placedOrdersOf,
  placeOrders,
  repeatUnanswered,
  fillCarts,
  type BuyerCheckout,
} from '../support/checkouts';
import { eventually } from '../support/eventually';
import { startShop, type RunningShop } from '../support/start-shop';
import { recordResult, repeatCount } from './support/matrix';

jest.setTimeout(300_000);

const ROUNDS = repeatCount(10, 1);
const CHECKOUTS = repeatCount(200, 80);
const STOCKED = CHECKOUTS + 20;
const DECIDED_WITHIN_MS = 30_000;

type Fault = 'kill -9' | 'kill -9, also of its Postgres' | 'kill -9, and again while it recovers' | 'kill -9 of its Postgres alone' | 'SIGSTOP for 8 s' | 'SIGTERM'; // prettier-ignore

/** Scales a number that is meant for 200 checkouts to the number of checkouts in this run. */
const share = (of200: number) => Math.floor((of200 * CHECKOUTS) / 200);

/** The moments of the kills: after this many answers, plus this many milliseconds. Each round has different moments. */
const moments = Array.from({ length: ROUNDS }, (_, round): { fault: Fault; answers: number; afterMs: number }[] => [
  { fault: 'kill -9', answers: 1 + share((61 * round) % 150), afterMs: 0 },
  { fault: 'kill -9', answers: CHECKOUTS, afterMs: (600 + 470 * round) % 4_000 },
  { fault: 'kill -9, also of its Postgres', answers: 1 + share((100 + 37 * round) % 190), afterMs: 0 },
  { fault: 'kill -9, and again while it recovers', answers: 1 + share((150 + 83 * round) % 190), afterMs: 0 },
  { fault: 'kill -9 of its Postgres alone', answers: 1 + share((50 + 71 * round) % 190), afterMs: 0 },
  { fault: 'SIGTERM', answers: 1 + share((30 + 47 * round) % 190), afterMs: 0 },
  { fault: 'SIGSTOP for 8 s', answers: 1 + share((120 + 53 * round) % 190), afterMs: 0 },
]).flat();

describe(`In the middle of ${CHECKOUTS} checkouts, the shop survives`, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-killed-'));
  let shop: RunningShop;
  let coffee: Product;
  let placed = 0;
  const postgres = () => (JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as { pid: number }).pid;
  const open = async () => {
    shop = await startShop({ dataDir });
  };
  const killAndReopen = async () => {
    await shop.kill();
    await open();
  };
  const faults: Record<Fault, () => Promise<unknown>> = {
    'kill -9': killAndReopen,
    'kill -9, also of its Postgres': () => {
      process.kill(postgres(), 'SIGKILL');
      return killAndReopen();
    },
    'kill -9, and again while it recovers': () =>
      killAndReopen()
        .then(() => pause(300))
        .then(killAndReopen),
    'kill -9 of its Postgres alone': async () => process.kill(postgres(), 'SIGKILL'),
    SIGTERM: async () => {
      const stoppedAt = Date.now();
      expect(await shop.stop()).toBe(0);
      expect(Date.now() - stoppedAt).toBeLessThan(10_000);
      await open();
    },
    'SIGSTOP for 8 s': async () => {
      process.kill(shop.pid, 'SIGSTOP');
      await pause(8_000);
      process.kill(shop.pid, 'SIGCONT');
    },
  };
  const waitForAnswers = async (checkouts: readonly BuyerCheckout[], count: number) => {
    while (answeredOrders(checkouts).length < count) await pause(2);
  };

  beforeAll(async () => {
    await open();
    coffee = await productNamed(shop, 'ca-phe-sua-da');
  });
  afterAll(async () => {
    await shop?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each(moments)('$fault, after $answers answers and $afterMs ms', async ({ fault, answers, afterMs }) => {
    await (await BackOffice.logIn(shop)).putStock(coffee.sku, STOCKED);
    const checkouts = await fillCarts(shop, CHECKOUTS, coffee);
    const paying = placeOrders(shop, checkouts, 1_000);
    await waitForAnswers(checkouts, answers);
    await pause(afterMs);
    await faults[fault]();
    await paying;
    const acknowledged = answeredOrders(checkouts);

    const from = Date.now();
    const office = await eventually(() => BackOffice.logIn(shop));
    const events = await Promise.all(acknowledged.map(({ id }) => office.get(`/admin/orders/${id}/events`)));
    for (const { body } of events) expect(body.data[0]).toMatchObject({ version: 1, type: 'OrderPlaced' });
    await repeatUnanswered(shop, checkouts);
    const bought = placedOrdersOf(checkouts);
    const orders = await waitUntilDecided(shop, bought, DECIDED_WITHIN_MS - (Date.now() - from));
    const recoveryMs = [Date.now() - from];
    process.stdout.write(
      `${acknowledged.length} answered before, all decided ${Date.now() - from} ms after the start\n`,
    );

    expect(orders.filter(({ status }) => status === 'pending')).toEqual([]);
    expect(new Set(bought.map(({ orderId }) => orderId)).size).toBe(CHECKOUTS);
    expect(await office.orders()).toHaveLength((placed += CHECKOUTS));
    await expectTotalsToAddUp(shop, office, { variant: coffee, stocked: STOCKED, bought, orders });
    const note = `from the first accepted request until all ${CHECKOUTS} are decided`;
    recordResult({ fault: `${fault} in the middle of ${CHECKOUTS} checkouts`, tried: 1, lost: 0, recoveryMs, note });
  });
});
