// Measures how fast a made-up year of orders is written. Then the shop's own verification checks these orders.
import { built } from './built.mjs';
import { withClosedShop } from './closed-shop.mjs';
import { writeHistory } from './history/write.mjs';

const ORDERS = Number(process.env.BENCH_HISTORY_ORDERS ?? 20_000);

const { openWithoutServing } = built('libs/platform/src/serve/index.js');
const { everyContext } = built('apps/every-context.js');
const { EventStore } = built('libs/event-store/src/index.js');

export const history = () =>
  withClosedShop(async (shop) => {
    const made = await writeHistory(shop.books, { orders: ORDERS });
    const stage = await openWithoutServing(everyContext, shop.config);
    const began = performance.now();
    const verdict = await stage.app.get(EventStore, { strict: false }).verify();
    const seconds = (performance.now() - began) / 1_000;
    await stage.close();
    if (!verdict.ok)
      throw new Error(`the verification found faults in the written history: ${JSON.stringify(verdict)}`);
    const rates = [made.events / made.seconds, verdict.events / seconds].map(Math.round);
    return {
      title: 'History: orders of a year, decided by the shop’s rules, sealed, chained and copied into the database',
      head: ['orders', 'events', 'seconds', 'events/s', 'seals', 'verified, events/s'],
      rows: [[made.orders, made.events, made.seconds.toFixed(1), rates[0], verdict.seals, rates[1]]],
    };
  });
