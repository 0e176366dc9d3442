// Measures how far the sequencer and the read model are behind the appends in a busy shop. Another process appends all
// events of many orders at a steady rate. No message is sent, so no checkout runs for these orders.
import { built } from './built.mjs';
import { pause, withClosedShop } from './closed-shop.mjs';
import { dice, idAt } from './history/chance.mjs';
import { lives } from './history/lives.mjs';
import { people } from './history/people.mjs';
import { writeHistory } from './history/write.mjs';
import { percentile } from './shop.mjs';

const PER_SECOND = Number(process.env.BENCH_EVENTS_PER_SECOND ?? 700);
const SECONDS = Number(process.env.BENCH_LAG_SECONDS ?? 30);
const LOOK_MS = 3;

const { openWithoutServing } = built('libs/platform/src/serve/index.js');
const { everyContext } = built('apps/every-context.js');
const { EventStore } = built('libs/event-store/src/index.js');
const { connect } = built('libs/database/src/index.js');
const { derivedId } = built('libs/kernel/src/index.js');
const { cartOrderedOnce } = built('libs/ordering/src/place-order/cart-guards.store.js');
const { orderEvents } = built('libs/ordering/src/model/order-events.config.js');

/** The commands of many orders, sorted by time. Together they have at least `count` events. */
async function agenda(shop, count) {
  const roll = dice(7);
  const keys = [];
  const crowd = people(roll, shop.books.personalDataKey, (...key) => keys.push(key));
  const now = Date.now();
  const customers = Array.from({ length: 500 }, () => crowd.customer(now));
  const makeOrder = lives(roll, crowd, customers, [idAt(now)]);
  const commands = [];
  for (let order = 0, events = 0; events < count; order++) {
    const { orderId, cart, commands: own } = makeOrder(now + order * 7_000);
    let version = 0;
    for (const command of own) {
      commands.push({ orderId, expectedVersion: version, ...command, ...(version === 0 && { cart }) });
      version += command.events.length;
    }
    events += version;
  }
  await shop.ask(
    `insert into privacy.subject_keys (subject, wrapped, created_at)
     select * from unnest($1::uuid[], $2::bytea[], $3::timestamptz[])`,
    [keys.map(([id]) => id), keys.map(([, wrapped]) => wrapped), keys.map(([, , since]) => new Date(since))],
  );
  return commands.sort((a, b) => a.at - b.at);
}

/** Appends at a steady rate, even if the database responds slowly. Returns the time at which each append succeeded. */
async function appendSteadily(store, commands) {
  const acknowledged = new Map();
  const took = [];
  const last = new Map(); // the last append of each stream, because appends of one stream must run one after the other
  const began = performance.now();
  const running = new Set();
  let sent = 0;
  for (const { orderId: streamId, expectedVersion, commandId, metadata, events, cart } of commands) {
    const due = began + (sent / PER_SECOND) * 1_000;
    if (due - began > SECONDS * 1_000) break;
    if (due > performance.now()) await pause(due - performance.now());
    sent += events.length;
    const append = async () => {
      await last.get(streamId);
      const at = performance.now();
      await store.append({
        streamId,
        expectedVersion,
        commandId,
        metadata,
        ...(cart && { guards: cartOrderedOnce({ portions: [], ...cart }) }),
        events: events.map(({ type, data }) => ({ type, schemaVersion: orderEvents.current(type), data })),
      });
      const now = performance.now();
      took.push(now - at);
      events.forEach((_, index) => acknowledged.set(derivedId(commandId, index), now));
    };
    const appended = append();
    last.set(streamId, appended);
    running.add(appended);
    void appended.finally(() => running.delete(appended)).catch(() => undefined);
  }
  await Promise.all(running);
  return { acknowledged, took, perSecond: sent / ((performance.now() - began) / 1_000) };
}

/** Reads the positions of the log and of the read model until it is stopped, and records when it saw each position. */
async function watch(shop) {
  const client = await connect(shop.url, 'watch');
  await client.query('set search_path = ordering');
  const look = {
    name: 'look',
    text: `select coalesce((select max(position) from order_log), 0) as numbered,
      (select c.position from projection_checkpoints c join projection_tables t using (relation)
       where t.name = 'order-view' and t.state = 'live') as visible`,
  };
  const seen = [];
  let over = false;
  const watching = (async () => {
    while (!over) {
      const { rows } = await client.query(look);
      seen.push({ at: performance.now(), ...rows[0] });
      await pause(LOOK_MS);
    }
  })();
  return async () => {
    over = true;
    await watching;
    await client.end();
    return seen;
  };
}

function lags(seen, what, acknowledged, places) {
  const waits = [];
  let look = 0;
  for (const { event_id: id, position } of places) {
    const since = acknowledged.get(id);
    while (seen[look][what] < position) look += 1;
    if (since !== undefined) waits.push(Math.max(0, seen[look].at - since));
  }
  return waits;
}

export const lag = () =>
  withClosedShop(async (shop) => {
    await writeHistory(shop.books, { orders: 10_000 });
    const commands = await agenda(shop, PER_SECOND * SECONDS);
    const open = await shop.open();
    const stage = await openWithoutServing(everyContext, shop.config);
    try {
      await shop.caughtUp();
      const [{ head }] = await shop.ask('select max(position) as head from order_log');
      const stop = await watch(shop);
      const { acknowledged, took, perSecond } = await appendSteadily(
        stage.app.get(EventStore, { strict: false }),
        commands,
      );
      await pause(200);
      await shop.caughtUp();
      await pause(50);
      const seen = await stop();
      const places = await shop.ask('select event_id, position from order_log where position > $1 order by position', [
        head,
      ]);
      if (places.length !== acknowledged.size) throw new Error('some acknowledged events have no position in the log');
      const row = (label, values) => [label, ...[50, 99, 100].map((p) => percentile(values, p).toFixed(1))];
      return {
        title: `Lag: ${Math.round(perSecond)} events/s for ${SECONDS} s from another process, milliseconds after the append was acknowledged (read every ${LOOK_MS} ms)`,
        head: ['until', 'p50', 'p99', 'longest'],
        rows: [
          row('the event has its position', lags(seen, 'numbered', acknowledged, places)),
          row('order-view shows it', lags(seen, 'visible', acknowledged, places)),
          row('(the append itself)', took),
        ],
      };
    } finally {
      await stage.close();
      await open.close();
    }
  });
