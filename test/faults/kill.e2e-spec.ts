import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BackOffice } from '../support/back-office';
import { productNamed, type Product } from '../support/buyers';
import { cashUp, decided } from '../support/cash-up';
import { answered, boughtBy, pay, payAgain, queueUp, type Checkout } from '../support/checkouts';
import { startShop, type RunningShop } from '../support/start-shop';

jest.setTimeout(300_000);

const ROUNDS = Number(process.env['FAULTS_ROUNDS'] ?? 1);
const CHECKOUTS = 200;
const STOCKED = 220;
const DECIDED_WITHIN_MS = 30_000;

/** When so many buyers have their answer, and so much later; every round at other moments. */
const kills = Array.from({ length: ROUNDS }, (_, round) => [
  { what: 'the shop', answers: 1 + ((61 * round) % 150), afterMs: 0 },
  { what: 'the shop and its Postgres', answers: 1 + ((100 + 37 * round) % 190), afterMs: 0 },
  { what: 'the shop', answers: CHECKOUTS, afterMs: (600 + 470 * round) % 4_000 },
  { what: 'the shop, and once more while it recovers', answers: 1 + ((150 + 83 * round) % 190), afterMs: 0 },
]).flat();

describe('kill -9 in the middle of 200 checkouts', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-killed-'));
  let shop: RunningShop;
  let coffee: Product;
  let placed = 0;
  const postgres = () => (JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as { pid: number }).pid;
  const open = async () => {
    shop = await startShop({ dataDir });
  };
  const kill = async (what: string) => {
    if (what.includes('Postgres')) process.kill(postgres(), 'SIGKILL');
    await shop.kill();
  };
  const isAnswered = async (checkouts: readonly Checkout[], count: number) => {
    while (answered(checkouts).length < count) await pause(2);
  };

  beforeAll(async () => {
    await open();
    coffee = await productNamed(shop, 'ca-phe-sua-da');
  });
  afterAll(async () => {
    await shop?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each(kills)('of $what, after $answers answers and $afterMs ms', async ({ what, answers, afterMs }) => {
    await (await BackOffice.enter(shop)).putStock(coffee.sku, STOCKED);
    const checkouts = await queueUp(shop, CHECKOUTS, coffee);
    const paying = pay(shop, checkouts, 1_000);
    await isAnswered(checkouts, answers);
    await pause(afterMs);
    await kill(what);
    await paying;
    const acknowledged = answered(checkouts);
    await open();
    if (what.includes('once more')) {
      await pause(300);
      await kill(what);
      await open();
    }

    const from = Date.now();
    const office = await BackOffice.enter(shop);
    const events = await Promise.all(acknowledged.map(({ id }) => office.get(`/admin/orders/${id}/events`)));
    for (const { body } of events) expect(body.data[0]).toMatchObject({ version: 1, type: 'OrderPlaced' });
    await payAgain(shop, checkouts);
    const bought = boughtBy(checkouts);
    const orders = await decided(shop, bought, DECIDED_WITHIN_MS - (Date.now() - from));
    process.stdout.write(
      `${acknowledged.length} answered before, all decided ${Date.now() - from} ms after the start\n`,
    );

    expect(orders.filter(({ status }) => status === 'pending')).toEqual([]);
    expect(new Set(bought.map(({ orderId }) => orderId)).size).toBe(CHECKOUTS);
    expect(await office.orders()).toHaveLength((placed += CHECKOUTS));
    await cashUp(shop, office, { variant: coffee, stocked: STOCKED, bought, orders });
  });
});
