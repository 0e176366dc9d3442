// An event store and its sequencer on as many connections as are wanted, put together as the shop does it.
import { built } from './built.mjs';

const { contextPool, PgDatabase } = built('libs/platform/src/database/index.js');
const { LogSignals } = built('libs/platform/src/event-store/log-signals.js');
const { PgEventStore } = built('libs/platform/src/event-store/pg-event-store.js');
const { SealKey } = built('libs/platform/src/event-store/seal-key.js');
const { Sealer } = built('libs/platform/src/event-store/sealer.js');
const { Sequencer } = built('libs/platform/src/event-store/sequencer.js');
const { Outbox } = built('libs/platform/src/messaging/outbox.js');
const { MessageRegistry } = built('libs/platform/src/messaging/registry.js');
const { Signal } = built('libs/platform/src/messaging/signal.js');
const { SystemClock, SystemIds } = built('libs/platform/src/system/index.js');
const { orderEvents } = built('libs/ordering/src/model/order-events.config.js');
const contracts = built('libs/ordering/contracts/index.js');

const alone = { leads: () => true, hasPeers: false, notify: () => undefined, onWord: () => undefined };

export const ids = new SystemIds();

export function storeOn({ url, sealSigningKey }, connections) {
  const clock = new SystemClock();
  const db = new PgDatabase('ordering', contextPool(url, 'ordering', { max: connections }));
  const own = new PgDatabase('ordering', contextPool(url, 'ordering', { max: 1 }));
  const signals = new LogSignals('ordering', alone);
  const registry = new MessageRegistry();
  registry.add(contracts.OrderStatusUpdated);
  const outbox = new Outbox(db, registry, clock, ids, new Signal(), new Signal());
  const key = new SealKey(sealSigningKey);
  const sequencer = new Sequencer(own, alone, signals, new Sealer(own, clock, key));
  return {
    db,
    store: new PgEventStore(db, orderEvents, signals, key, outbox),
    /** Numbers until it is called back. */
    sequence() {
      const stop = new AbortController();
      const over = sequencer.lead(stop.signal);
      return async () => {
        stop.abort();
        await over;
      };
    },
    /** Until everything has its position. */
    async numbered() {
      for (;;) {
        const [row] = await db.query('select exists (select from order_pending) as waiting');
        if (!row.waiting) return;
        await new Promise((done) => setTimeout(done, 20));
      }
    },
    close: () => Promise.all([db.pool.end(), own.pool.end()]),
  };
}
