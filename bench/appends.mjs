// Measures appends per second of the event store, while the sequencer numbers the events. They are compared with one
// plain statement that writes the same rows without a sequencer, on the same number of connections. The two are
// measured in turns.
import { built } from './built.mjs';
import { withClosedShop } from './closed-shop.mjs';
import { percentile } from './shop.mjs';
import { ids, storeOn } from './store.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const WRITERS = [1, 16, 48];

const { derivedId } = built('libs/kernel/src/index.js');
const { OrderStatusUpdated } = built('libs/ordering/contracts/index.js');

const line = {
  lineId: '0192d1a4-7c00-7f04-9ca7-6205d4585131',
  productId: '0192d1a4-7c00-7f04-9ca7-6205d4585131',
  variantId: '0192d1a4-7c00-7645-880a-bd717039018e',
  sku: 'CA-PHE-SUA-DA-SIZE-S',
  name: 'Cà phê sữa đá – Nhỏ',
  variantName: 'Nhỏ',
  quantity: 2,
  unitPrice: { amount: 29000, currency: 'VND' },
  lineTotal: { amount: 58000, currency: 'VND' },
  modifiers: [],
};
export const data = {
  number: 'BENCH',
  lines: [line, line],
  total: { amount: 116000, currency: 'VND' },
  note: 'x'.repeat(400),
};
const statusUpdate = (orderId) => ({ orderId, number: 'BENCH', status: 'pending' });
export const metadataOf = (commandId) => ({ commandId, correlationId: commandId, actor: { kind: 'system' } });

/** One event of an order, with a message. */
const appendTo = (store) => (streamId, expectedVersion) => {
  const commandId = ids.next();
  return store.append({
    streamId,
    expectedVersion,
    commandId,
    events: [{ type: 'OrderPlaced', schemaVersion: 1, data }],
    metadata: metadataOf(commandId),
    messages: [new OrderStatusUpdated(statusUpdate(streamId))],
  });
};

/** Each append starts a new order. */
export const appendOne = (store) => {
  const append = appendTo(store);
  return () => append(ids.next(), 0);
};

/** Each append adds the next event to one of this writer's own orders. */
export const appendNext = (store) => {
  const [streamId, append] = [ids.next(), appendTo(store)];
  let version = 0;
  return () => append(streamId, version++);
};

const plain = (name, head) => ({
  name,
  text: `with head as (${head}),
    event as (insert into order_events (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp")
      values ($2, $1, $10, 'OrderPlaced', 1, $3, $4, statement_timestamp())),
    sent as (insert into outbox (id, type, key, body, meta) values ($5, $6, $7, $8, $9))
    insert into order_pending (event_id) values ($2)`,
});
const FIRST = plain('plain-first', 'insert into order_heads (order_id, version) values ($1, $10)');
const NEXT = plain('plain-next', 'update order_heads set version = $10 where order_id = $1');

export const oneStatement = (db) => () => statementFor(db, ids.next(), 1);

export const nextStatement = (db) => {
  const streamId = ids.next();
  let version = 0;
  return () => statementFor(db, streamId, ++version);
};

const statementFor = (db, streamId, version) => {
  const commandId = ids.next();
  const trace = {
    occurredAt: new Date().toISOString(),
    source: 'ordering',
    correlationId: commandId,
    causationId: commandId,
  };
  return db.pool.query({
    ...(version === 1 ? FIRST : NEXT),
    values: [
      streamId,
      derivedId(commandId, 0),
      JSON.stringify(data),
      JSON.stringify(metadataOf(commandId)),
      derivedId(commandId, 'message', 0),
      OrderStatusUpdated.type,
      streamId,
      JSON.stringify(statusUpdate(streamId)),
      JSON.stringify(trace),
      version,
    ],
  });
};

/** Runs the given number of writers. Returns the appends per second, and how long each append took in milliseconds. */
async function write(writers, seconds, newWriter) {
  const took = [];
  const began = performance.now();
  const until = began + seconds * 1_000;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      const append = newWriter();
      while (performance.now() < until) {
        const at = performance.now();
        await append();
        took.push(performance.now() - at);
      }
    }),
  );
  return { perSecond: took.length / ((performance.now() - began) / 1_000), took };
}

const KINDS = { 'a new order': [appendOne, oneStatement], 'its next event': [appendNext, nextStatement] };

const median = (values) => percentile(values, 50);

async function compare(books, writers, [append, statement]) {
  const opened = storeOn(books, writers);
  const [ours, theirs] = [() => append(opened.store), () => statement(opened.db)];
  const rates = { ours: [], theirs: [] };
  const took = [];
  await write(writers, 1, ours); // warms up the code
  for (let round = 0; round < ROUNDS; round++) {
    const stop = opened.sequence();
    await opened.numbered();
    const store = await write(writers, SECONDS, ours);
    await opened.numbered();
    await stop();
    const plain = await write(writers, SECONDS, theirs);
    rates.ours.push(store.perSecond);
    rates.theirs.push(plain.perSecond);
    took.push(...store.took);
  }
  await opened.close();
  return { writers, ours: median(rates.ours), theirs: median(rates.theirs), took };
}

export const appends = () =>
  withClosedShop(async (shop) => {
    const rows = [];
    for (const [what, both] of Object.entries(KINDS))
      for (const writers of WRITERS) {
        const { ours, theirs, took } = await compare(shop.books, writers, both);
        const times = [50, 99].map((p) => percentile(took, p).toFixed(2));
        rows.push([what, writers, Math.round(ours), Math.round(theirs), (ours / theirs).toFixed(2), ...times]);
      }
    return {
      title: `Appends: event, head, outbox and pending row; the median of ${ROUNDS} turns of ${SECONDS} s; the two take turns; as many connections as writers`,
      head: [
        'what',
        'writers',
        'appends/s of the event store, with sequencer',
        'appends/s of one plain statement, without sequencer',
        'ratio',
        'p50, ms',
        'p99, ms',
      ],
      rows,
    };
  });
