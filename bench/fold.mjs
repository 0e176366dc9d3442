// Measures how long it takes to fold a stream of a thousand events: from its first event, and from a snapshot.
import { built } from './built.mjs';
import { withClosedShop } from './closed-shop.mjs';
import { dice, idAt } from './history/chance.mjs';
import { lives } from './history/lives.mjs';
import { people } from './history/people.mjs';
import { percentile } from './shop.mjs';
import { ids, storeOn } from './store.mjs';

const EVENTS = 1_000;
const TIMES = 200;

const { vnd } = built('libs/kernel/src/index.js');
const { orderView } = built('libs/ordering/src/projections/order-view.projection.js');
const { orderEvents } = built('libs/ordering/src/model/order-events.config.js');

/** An order with many refund requests that all failed. */
async function longOrder(store) {
  const roll = dice(3);
  const crowd = people(roll, Buffer.alloc(32, 1).toString('base64'), () => undefined);
  const life = lives(roll, crowd, [crowd.customer(Date.now())], [idAt(Date.now())]);
  let placed;
  do placed = life(Date.now());
  while (placed.commands.at(-1).events[0].type !== 'OrderCompleted');
  let version = 0;
  const append = async (commandId, metadata, events) => {
    const current = events.map(({ type, data }) => ({ type, data, schemaVersion: orderEvents.current(type) }));
    await store.append({ streamId: placed.orderId, expectedVersion: version, commandId, metadata, events: current });
    version += events.length;
  };
  for (const { commandId, metadata, events } of placed.commands) await append(commandId, metadata, events);
  while (version < EVENTS) {
    const commandId = ids.next();
    const refund = { refundId: ids.next(), amount: vnd(1_000), reason: 'Làm sai món' };
    const events = [
      { type: 'RefundRequested', data: refund },
      { type: 'RefundFailed', data: { ...refund, reason: 'card closed' } },
    ].slice(0, EVENTS - version);
    await append(commandId, { commandId, correlationId: commandId, actor: { kind: 'system' } }, events);
  }
  return placed.orderId;
}

async function timesOf(fold) {
  await fold(); // warms up the code, and makes a snapshot if the store makes any
  await new Promise((done) => setTimeout(done, 100));
  const took = [];
  for (let turn = 0; turn < TIMES; turn++) {
    const at = performance.now();
    const view = await fold();
    took.push(performance.now() - at);
    if (view.version !== EVENTS)
      throw new Error(`the fold has version ${view.version}, but the stream has ${EVENTS} events`);
  }
  return [50, 99].map((p) => percentile(took, p).toFixed(2));
}

export const fold = () =>
  withClosedShop(async (shop) => {
    const { store, close } = storeOn(shop.books, 2);
    try {
      const id = await longOrder(store);
      const whole = await timesOf(async () =>
        (await store.read(id)).reduce((view, event) => orderView.project(view, event), undefined),
      );
      const snapshot = store.fold
        ? await timesOf(async () => (await store.fold(id, orderView)).state)
        : ['this build has no snapshots', ''];
      return {
        title: `Fold: a stream of ${EVENTS} events to its view, ${TIMES} times, milliseconds`,
        head: ['from', 'p50', 'p99'],
        rows: [
          ['its first event', ...whole],
          ['a snapshot', ...snapshot],
        ],
      };
    } finally {
      await close();
    }
  });
