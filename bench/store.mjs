// Makes an event store and its sequencer as in the shop, with a given number of connections.
import { built } from './built.mjs';

const { contextPool, PgDatabase } = built('libs/database/src/index.js');
const { MacGate } = built('libs/event-store/src/macs/mac-gate.js');
const { MacKey } = built('libs/platform/src/macs/mac-key.js');
const { LogSignals } = built('libs/event-store/src/sequencer/log-signals.js');
const { PgEventStore } = built('libs/event-store/src/streams/pg-event-store.js');
const { SealKey } = built('libs/event-store/src/seals/seal-key.js');
const { Sealer } = built('libs/event-store/src/seals/sealer.js');
const { SealAnchor } = built('libs/event-store/src/seals/seal-anchor.js');
const { SealChain } = built('libs/event-store/src/seals/seal-chain.js');
const { Sequencer } = built('libs/event-store/src/sequencer/sequencer.js');
const { Outbox } = built('libs/messaging/src/outbox/outbox.js');
const { MessageRegistry } = built('libs/messaging/src/messages/registry.js');
const { Signal } = built('libs/messaging/src/signal.js');
const { SystemClock, SystemIds } = built('libs/platform/src/system/index.js');
const { StreamDatabase } = built('libs/event-store/src/streams/stream-database.js');
const { orderTables } = built('libs/ordering/src/model/order-tables.config.js');
const { orderEvents } = built('libs/ordering/src/model/order-events.config.js');
const contracts = built('libs/ordering/contracts/index.js');

const nothing = () => undefined;
const onlyProcess = {
  leads: () => true,
  hasPeers: false,
  notify: nothing,
  onNotification: nothing,
  onReopened: nothing,
};

export const ids = new SystemIds();

export function storeOn({ url, sealSigningKey, eventMacKey }, connections) {
  const clock = new SystemClock();
  const pooled = new PgDatabase('ordering', contextPool(url, 'ordering', { max: connections }));
  const db = new StreamDatabase(pooled, orderTables);
  const single = new PgDatabase('ordering', contextPool(url, 'ordering', { max: 1 }));
  const own = new StreamDatabase(single, orderTables);
  const signals = new LogSignals('ordering', onlyProcess);
  const registry = new MessageRegistry();
  registry.add(contracts.OrderStatusUpdated);
  const outbox = new Outbox(db, registry, clock, ids, new Signal(), new Signal());
  const key = new SealKey(sealSigningKey);
  const macKey = new MacKey(eventMacKey);
  const gate = new MacGate(own, macKey);
  const seals = new SealChain(own, key, new SealAnchor(), clock, gate);
  const sequencer = new Sequencer(own, onlyProcess, signals, new Sealer(seals), gate);
  return {
    db: pooled,
    store: new PgEventStore(db, orderEvents, signals, key, macKey, outbox),
    /** Runs the sequencer until the returned function is called. */
    sequence() {
      const stop = new AbortController();
      const over = sequencer.lead(stop.signal);
      return async () => {
        stop.abort();
        await over;
      };
    },
    /** Waits until every event has its position. */
    async numbered() {
      for (;;) {
        const [row] = await db.query('select exists (select from order_pending) as waiting');
        if (!row.waiting) return;
        await new Promise((done) => setTimeout(done, 20));
      }
    },
    close: () => Promise.all([pooled.pool.end(), single.pool.end()]),
  };
}
