// Measures an append and the reading of one order, with up to a hundred times as many orders in the database. There is
// one shop for each number of orders. All shops are open, and are measured in turns, so other load affects all of them.
import { spawn } from 'node:child_process';
import { built, root } from './built.mjs';
import { closedShop, pause } from './closed-shop.mjs';
import { writeHistory } from './history/write.mjs';
import { commandLine } from './rebuild.mjs';
import { call, percentile } from './shop.mjs';
import { metadataOf } from './appends.mjs';
import { ids } from './store.mjs';

const LEVELS = (process.env.BENCH_GROWTH ?? '10000,100000,1000000').split(',').map(Number);
const ROUNDS = 20;
const TURNS = 100;

const { openWithoutServing } = built('libs/platform/src/serve/index.js');
const { everyContext } = built('apps/every-context.js');
const { EventStore } = built('libs/event-store/src/index.js');
const { CartTokens } = built('libs/platform/src/security/index.js');

const moveCheckpointsToEnd = `update projection_checkpoints set position = (select coalesce(max(position), 0) from order_log)
  where relation in (select relation from projection_tables where state = 'live')`;

/**
 * Fills order-view by a rebuild, which is faster than live updates. The other two read models do not get these orders.
 */
async function fillReadModels(shop) {
  await shop.ask(moveCheckpointsToEnd);
  const child = spawn(process.execPath, [...commandLine, 'projections', 'rebuild', 'order-view', '--json'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...shop.env, NODE_ENV: 'production', LOG_LEVEL: 'warn' },
  });
  const code = await new Promise((done) => child.once('exit', done));
  if (code !== 0) throw new Error(`the rebuild that fills order-view ended with exit code ${code}`);
}

/** The cart token of the guest who placed this order. In a made-up history, the order's id is the guest's number. */
const guestOf = (orderId) => ({ text: Buffer.from(orderId.replaceAll('-', ''), 'hex').toString('base64url') });
const justNow = () => ({ cartVersion: 1, placedAt: new Date().toISOString() });

async function shopWith(orders) {
  const shop = await closedShop();
  try {
    const { sample } = await writeHistory(shop.books, { orders });
    await fillReadModels(shop);
    await shop.ask('vacuum (analyze)');
    const [{ data }] = await shop.ask(
      `select event_data as data from order_events where event_type = 'OrderPlaced' limit 1`,
    );
    const open = await shop.open();
    const stage = await openWithoutServing(everyContext, shop.config);
    const store = stage.app.get(EventStore, { strict: false });
    const tokens = stage.app.get(CartTokens, { strict: false });
    return {
      orders,
      shop,
      append() {
        const [streamId, commandId] = [ids.next(), ids.next()];
        const events = [{ type: 'OrderPlaced', schemaVersion: 1, data }];
        return store.append({ streamId, expectedVersion: 0, commandId, events, metadata: metadataOf(commandId) });
      },
      view(turn) {
        const id = sample[(turn * 7) % sample.length];
        return call('GET', `${open.api}/orders/${id}`, { cart: tokens.after(guestOf(id), justNow()).text });
      },
      async close() {
        await stage.close();
        await open.close();
        await shop.close();
      },
    };
  } catch (error) {
    await shop.close();
    throw error;
  }
}

async function addTimes(took, work, round) {
  for (let turn = 0; turn < TURNS; turn++) {
    const at = performance.now();
    await work(round * TURNS + turn);
    took.push(performance.now() - at);
  }
}

const medianAndP99 = (values) => [percentile(values, 50), percentile(values, 99)];

async function measure(levels) {
  const all = levels.map(({ orders }) => ({ orders, append: [], view: [] }));
  for (const { shop } of levels) await shop.ask('checkpoint');
  for (let round = -2; round < ROUNDS; round++) {
    for (let index = 0; index < levels.length; index++) {
      const turn = (index + Math.abs(round)) % levels.length; // each round begins with another shop
      const times = round < 0 ? { append: [], view: [] } : all[turn];
      await addTimes(times.append, () => levels[turn].append(), Math.abs(round));
      await pause(300); // time for the shop's read models to catch up
      await addTimes(times.view, (n) => levels[turn].view(n), Math.abs(round));
    }
  }
  return all.map(({ orders, append, view }) => ({ orders, append: medianAndP99(append), view: medianAndP99(view) }));
}

export async function growth() {
  const levels = [];
  try {
    for (const orders of LEVELS) levels.push(await shopWith(orders));
    const rows = await measure(levels);
    const shown = (values, base) =>
      values.map((value, index) => `${value.toFixed(2)} (${((value / base[index] - 1) * 100).toFixed(0)} %)`);
    return {
      title: `Growth: one append after another, and GET /orders/{id} of random orders; ${ROUNDS * TURNS} of each in ${ROUNDS} turns; milliseconds (compared with the first line)`,
      head: ['orders', 'append p50', 'append p99', 'order p50', 'order p99'],
      rows: rows.map(({ orders, append, view }) => [
        orders,
        ...shown(append, rows[0].append),
        ...shown(view, rows[0].view),
      ]),
    };
  } finally {
    for (const level of levels) await level.close();
  }
}
