// What a hundred times as many orders do to an append and to the look at one order.
import { withClosedShop } from './closed-shop.mjs';
import { writeHistory } from './history/write.mjs';
import { call, percentile } from './shop.mjs';
import { storeOn } from './store.mjs';
import { appendOne } from './appends.mjs';

const LEVELS = (process.env.BENCH_GROWTH ?? '10000,100000,1000000').split(',').map(Number);
const LOOKS = 3_000;
const APPENDS = 3_000;

async function timed(times, one) {
  for (let turn = 0; turn < 300; turn++) await one(turn); // warm
  const took = [];
  for (let turn = 0; turn < times; turn++) {
    const at = performance.now();
    await one(turn);
    took.push(performance.now() - at);
  }
  return [percentile(took, 50), percentile(took, 99)];
}

async function looks(shop, sample) {
  const open = await shop.open();
  try {
    await shop.caughtUp();
    await shop.ask('vacuum (analyze)');
    await shop.ask('checkpoint');
    return await timed(LOOKS, (turn) => {
      const id = sample[(turn * 7) % sample.length];
      return call('GET', `${open.api}/orders/${id}`, { cart: id });
    });
  } finally {
    await open.close();
  }
}

async function appended(shop) {
  const made = storeOn(shop.books, 2);
  const stop = made.sequence();
  await shop.ask('checkpoint');
  const took = await timed(APPENDS, appendOne(made.store));
  await made.numbered();
  await stop();
  await made.close();
  return took;
}

export const growth = () =>
  withClosedShop(async (shop) => {
    const measured = [];
    const sample = [];
    const days = 365 / LEVELS.length;
    for (const [index, orders] of LEVELS.entries()) {
      const before = LEVELS[index - 1] ?? 0;
      const until = Date.now() - (14 + (LEVELS.length - 1 - index) * (days + 14)) * 86_400_000;
      const made = await writeHistory(shop.books, {
        orders: orders - before,
        days: Math.floor(days),
        seed: index + 1,
        until,
      });
      sample.push(...made.sample);
      measured.push({ orders, look: await looks(shop, sample), append: await appended(shop) });
    }
    const first = measured[0];
    const shown = (values, base) =>
      values.map((value, index) => `${value.toFixed(2)} (${((value / base[index] - 1) * 100).toFixed(0)} %)`);
    return {
      title:
        'Growth: one append after another, and GET /orders/{id} of any order, milliseconds (against the first line)',
      head: ['orders', 'append p50', 'append p99', 'order p50', 'order p99'],
      rows: measured.map(({ orders, look, append }) => [
        orders,
        ...shown(append, first.append),
        ...shown(look, first.look),
      ]),
    };
  });
