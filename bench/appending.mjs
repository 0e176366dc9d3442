// Appends a second through the event store, beside pgbench running the same statement on as many connections.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './shop.mjs';

const require = createRequire(import.meta.url);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const CONNECTIONS = 4; // a context's pool
const WRITERS = 16;

const built = (path) => require(join(root, 'dist', path));

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
const data = {
  number: 'BENCH',
  lines: [line, line],
  total: { amount: 116000, currency: 'VND' },
  note: 'x'.repeat(400),
};

const id = (milliseconds) => {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(milliseconds, 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 15);
  bytes[8] = 0x80 | (bytes[8] & 63);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

async function throughTheStore(config) {
  const { backstage } = built('libs/platform/src/serve/index.js');
  const { everyContext } = built('apps/api/src/every-context.js');
  const { EventStore } = built('libs/platform/src/event-store/index.js');
  const { OrderStatusUpdated } = built('libs/ordering/contracts/index.js');
  const stage = await backstage(everyContext, config);
  const store = stage.app.get(EventStore, { strict: false });
  let appended = 0;
  const until = performance.now() + SECONDS * 1000;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (performance.now() < until) {
        const streamId = id(Date.now());
        const commandId = id(Date.now());
        await store.append({
          streamId,
          expectedVersion: 0,
          commandId,
          events: [{ type: 'OrderPlaced', schemaVersion: 1, data }],
          metadata: { commandId, correlationId: commandId, actor: { kind: 'system' } },
          messages: [new OrderStatusUpdated({ orderId: streamId, number: 'BENCH', status: 'pending' })],
        });
        appended += 1;
      }
    }),
  );
  await stage.close();
  return appended / SECONDS;
}

function throughPgbench(url) {
  const { appendStatement } = built('libs/platform/src/event-store/append-statement.js');
  const text = appendStatement({ key: false, cart: false, messages: true, claim: false, timers: false }).text;
  const uuid = (kind) =>
    `('${kind}' || lpad(to_hex(:client_id::bigint), 7, '0') || '-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid`;
  const quoted = (value) => `'${JSON.stringify(value).replaceAll("'", "''")}'`;
  const outbox = `jsonb_build_array(jsonb_build_object('id', ${uuid('c')}, 'type', 'ordering.order-status-updated.v1', 'routing_key', 'order.status.updated', 'key', ${uuid('a')}, 'body', ${quoted({ number: 'BENCH' })}::jsonb, 'meta', '{}'::jsonb))`;
  const values = {
    1: uuid('a'),
    2: '0',
    3: `array[${uuid('b')}]`,
    4: `array['OrderPlaced']`,
    5: 'array[1]',
    6: `array[${quoted(data)}::jsonb]`,
    7: `${quoted({ actor: { kind: 'system' } })}::jsonb`,
    8: outbox,
  };
  const folder = mkdtempSync(join(tmpdir(), 'pgbench-'));
  const script = join(folder, 'append.sql');
  writeFileSync(script, `\\set n :n + 1\n${text.replace(/\$(\d+)/g, (_, n) => values[n]).replace(/\s+/g, ' ')};\n`);
  const run = spawnSync(
    'pgbench',
    [
      '-n',
      '-M',
      'prepared',
      '-c',
      String(CONNECTIONS),
      '-j',
      '2',
      '-T',
      String(SECONDS),
      '-D',
      'n=0',
      '-f',
      script,
      url,
    ],
    { encoding: 'utf8', env: { ...process.env, PGOPTIONS: '-c search_path=ordering' } },
  );
  rmSync(folder, { recursive: true, force: true });
  if (run.error) return undefined;
  const tps = /tps = ([\d.]+)/.exec(run.stdout)?.[1];
  if (!tps) throw new Error(`pgbench: ${run.stderr}`);
  return Number(tps);
}

export async function appending(dataDir) {
  const { startEmbeddedPostgres } = built('libs/platform/src/database/index.js');
  const { readConfig } = built('libs/platform/src/config/index.js');
  const postgres = await startEmbeddedPostgres({ dataDir });
  try {
    const config = readConfig({ ...process.env, DATA_DIR: dataDir, DATABASE_URL: postgres.url });
    const ours = await throughTheStore(config);
    const theirs = throughPgbench(postgres.url);
    return {
      title: `Appends: event, head, outbox and pending row in one statement, ${CONNECTIONS} connections, sequencer off`,
      head: ['through the event store/s', 'pgbench, the same statement/s', 'ratio'],
      rows: [
        [Math.round(ours), theirs ? Math.round(theirs) : 'not installed', theirs ? (ours / theirs).toFixed(2) : '–'],
      ],
    };
  } finally {
    await postgres.stop();
  }
}
