// Writes a history into the tables of a closed shop: events, heads, the chained log, its seals, the carts and the keys.
import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import { built } from '../built.mjs';
import { jsonb } from './jsonb.mjs';

const { connect } = built('libs/database/src/pool/connection.js');
const { derivedId } = built('libs/kernel/src/index.js');
const { hashOfEvent, ORIGIN } = built('libs/event-store/src/seals/chain.js');
const { merkleRoot } = built('libs/event-store/src/seals/merkle.js');
const { eventMac } = built('libs/event-store/src/macs/event-mac.js');
const { canonicalJson } = built('libs/platform/src/canonical/canonical-json.js');
const { MacKey } = built('libs/platform/src/macs/mac-key.js');
const { SealKey } = built('libs/event-store/src/seals/seal-key.js');
const { orderEvents } = built('libs/ordering/src/model/order-events.config.js');

const EVENTS_PER_SEAL = 1_000;
const CHUNK = 128 * 1024;

const tables = {
  events:
    'ordering.order_events (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp", mac)',
  log: 'ordering.order_log (position, event_id, hash)',
  heads: 'ordering.order_heads (order_id, version)',
  carts: 'ordering.placed_carts (cart_id, cart_version, order_id)',
  seals: 'ordering.order_seals (position, after, root, hash, key_id, signature, sealed_at)',
  keys: 'privacy.subject_keys (subject, wrapped, created_at)',
};

const escaped = (text) => (text.includes('\\') ? text.replaceAll('\\', '\\\\') : text);

/** One COPY on its own connection. It sends many lines together, and waits while Postgres is slower than the sender. */
async function copying(url, table) {
  const client = await connect(url, 'history');
  const stream = client.query(copyFrom(`copy ${table} from stdin`));
  const failed = once(stream, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => undefined);
  let text = '';
  return {
    line(fields) {
      text += `${fields}\n`;
    },
    full: () => text.length >= CHUNK,
    async send() {
      const ready = stream.write(text);
      text = '';
      if (!ready) await Promise.race([once(stream, 'drain'), failed]);
    },
    async end() {
      const finished = once(stream, 'finish');
      stream.end(text);
      await Promise.race([finished, failed]);
      await client.end();
    },
  };
}

// The hash covers microseconds, but the made-up times have only milliseconds. So the milliseconds are repeated after
// them.
const micros = (at) => at * 1_000 + (at % 1_000);
const stamp = (at) => `${new Date(at).toISOString().slice(0, -1)}${String(at % 1_000).padStart(3, '0')}Z`;

/** Writes after the end of the log. Call `write` for each command, in the order of time, and at last `close`. */
export async function openBooks({ url, sealSigningKey, eventMacKey }) {
  const reader = await connect(url, 'history');
  const one = async (sql) => (await reader.query(sql)).rows[0];
  const last = await one(
    `select position, encode(hash, 'hex') as hash from ordering.order_log order by position desc limit 1`,
  );
  const seal = await one(
    `select position, encode(signature, 'hex') as signature from ordering.order_seals order by position desc limit 1`,
  );
  let sealed = seal?.position ?? 0;
  let signature = seal?.signature ?? '';
  const tail = await reader.query(
    `select encode(hash, 'hex') as hash from ordering.order_log where position > ${sealed} order by position`,
  );
  await reader.end();

  const key = new SealKey(sealSigningKey);
  const macKey = new MacKey(eventMacKey);
  const hashes = tail.rows.map(({ hash }) => hash);
  let position = last?.position ?? 0;
  let hash = last?.hash ?? ORIGIN;
  const copies = {};
  for (const [name, table] of Object.entries(tables)) copies[name] = await copying(url, table);
  const { events, log, heads, carts, seals, keys } = copies;

  const sealAt = (at) => {
    const unsigned = { after: sealed, position, root: merkleRoot(hashes), hash, sealedAt: new Date(at) };
    const made = key.sign(unsigned, signature);
    seals.line(
      `${position}\t${sealed}\t\\\\x${made.root}\t\\\\x${hash}\t${made.keyId}\t\\\\x${made.signature}\t${made.sealedAt.toISOString()}`,
    );
    sealed = position;
    signature = made.signature;
    hashes.length = 0;
  };

  return {
    get position() {
      return position;
    },
    keep: (subject, wrapped, since) =>
      keys.line(`${subject}\t\\\\x${wrapped.toString('hex')}\t${new Date(since).toISOString()}`),
    begin({ orderId, version, cart }) {
      heads.line(`${orderId}\t${version}`);
      carts.line(`${cart.cartId}\t${cart.cartVersion}\t${orderId}`);
    },
    write(orderId, version, { at, commandId, metadata, events: happened }) {
      const metadataJson = jsonb(metadata);
      const known = canonicalJson(JSON.parse(metadataJson));
      for (let index = 0; index < happened.length; index++) {
        const { type, data } = happened[index];
        const event = {
          id: derivedId(commandId, index),
          streamId: orderId,
          version: version + index + 1,
          type,
          schemaVersion: orderEvents.current(type),
          data: jsonb(data),
          metadata: metadataJson,
          micros: String(micros(at)),
        };
        const mac = eventMac(macKey, event, JSON.parse(event.data), known).toString('hex');
        position += 1;
        hash = hashOfEvent(hash, position, event);
        hashes.push(hash);
        events.line(
          `${event.id}\t${orderId}\t${event.version}\t${type}\t${event.schemaVersion}\t${escaped(event.data)}\t${escaped(metadataJson)}\t${stamp(at)}\t\\\\x${mac}`,
        );
        log.line(`${position}\t${event.id}\t\\\\x${hash}`);
        if (hashes.length === EVENTS_PER_SEAL) sealAt(at);
      }
    },
    async send() {
      for (const copy of Object.values(copies)) if (copy.full()) await copy.send();
    },
    async close() {
      for (const copy of Object.values(copies)) await copy.end();
      const client = await connect(url, 'history');
      await client.query('vacuum (analyze) ordering.order_events, ordering.order_heads, ordering.order_log');
      await client.end();
    },
  };
}
