// Measures the cost of harmful requests: their processor time, and how long other requests wait for the event loop.
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, openShop, percentile, processorOf } from './shop.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
const ADMIN = { email: 'admin@coffee-tea.example', password: 'demo-admin-brews' };
const MB = 1024 * 1024;

const names = (count) => JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, n) => [`n${n}`, 1])));
const entries = (count) => `[${Array.from({ length: count }, () => '{}').join()}]`;
const cart = (count) => `{"variantId":"x","quantity":1,"modifiers":${entries(count)}}`;
const queryOf = (count) => Array.from({ length: count }, (_, n) => `n${n}`).join('&');

/** [name, method, path from the root, body, whether staff sends it] */
const INPUTS = [
  ['a list of 20 products', 'GET', '/api/v1/products?limit=20'],
  ['75,000 unknown names, 814 KB', 'POST', '/api/v1/auth/login', names(75_000)],
  ['345,000 entries in a list, 1 MB', 'POST', '/api/v1/cart/items', cart(345_000)],
  ['50,000 entries in a list, 150 KB', 'POST', '/api/v1/cart/items', cart(50_000)],
  ['190 unknown names, within the limit', 'POST', '/api/v1/auth/login', names(190)],
  ['900 entries in a list, within the limit', 'POST', '/api/v1/cart/items', cart(900)],
  ['1 MB that is not JSON', 'POST', '/api/v1/auth/login', 'x'.repeat(MB - 1)],
  ['1 MB to an address that does not exist', 'POST', '/api/v1/nope', 'x'.repeat(MB - 1)],
  ['1 MB to /admin without a token', 'POST', '/api/v1/admin/products', names(75_000)],
  ['19,000 unknown names from staff', 'POST', '/api/v1/admin/products', names(19_000), true],
  ['19,000 variants from staff', 'POST', '/api/v1/admin/products', `{"variants":${entries(19_000)}}`, true],
  ['2,000 unknown names in a query', 'GET', `/api/v1/products?${queryOf(2_000)}`],
  ['/docs/openapi.yaml', 'GET', '/docs/openapi.yaml'],
  ['/docs/openapi.json', 'GET', '/docs/openapi.json'],
  ['/docs/swagger-ui-bundle.js', 'GET', '/docs/swagger-ui-bundle.js'],
  ['/docs/swagger-ui-init.js', 'GET', '/docs/swagger-ui-init.js'],
  ['/health', 'GET', '/health'],
  ['/metrics, forwarded', 'GET', '/metrics'],
  ['an address that does not exist', 'GET', '/api/v1/nope'],
  [
    'a search for eight misspelt words',
    'GET',
    '/api/v1/search?q=caaphe%20suda%20traa%20dao%20banmi%20nuocc%20camm%20sinhto',
  ],
];

function ask(base, agent, method, path, body, token) {
  return new Promise((done) => {
    const sent = request(base + path, {
      method,
      agent,
      headers: {
        'x-forwarded-for': '192.0.2.7',
        ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
    });
    sent.on('response', (response) => {
      let bytes = 0;
      response
        .on('data', (chunk) => (bytes += chunk.length))
        .on('close', () => done({ status: response.statusCode, bytes }));
    });
    sent.on('error', () => done({ status: 'disconnected', bytes: 0 }));
    sent.end(body);
  });
}

/**
 * A second client, which sends cheap requests one after the other and measures how long each waits for its response.
 */
function watcher(base) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let open = true;
  const waits = [];
  const over = (async () => {
    while (open) {
      const from = performance.now();
      await ask(base, agent, 'GET', '/health/live');
      waits.push(performance.now() - from);
      await new Promise((done) => setTimeout(done, 2));
    }
    agent.destroy();
  })();
  return async () => {
    open = false;
    await over;
    return waits;
  };
}

async function costOf(shop, [, method, path, body, asStaff], token) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const once = () => ask(shop.url, agent, method, path, body, asStaff ? token : undefined);
  const { status, bytes } = await once();
  const stop = watcher(shop.url);
  for (const until = performance.now() + SECONDS * 1000; performance.now() < until;) await once();
  const waits = await stop();
  // The processor time is measured without the second client, because its requests cost time too.
  const [from, before] = [performance.now(), processorOf(shop.pid)];
  let count = 0;
  while (performance.now() - from < SECONDS * 1000) {
    await once();
    count += 1;
  }
  const cpu = (processorOf(shop.pid) - before) / count;
  agent.destroy();
  return { status, bytes, cpu, p99: percentile(waits, 99), longest: Math.max(...waits) };
}

/** Sends the requests one after the other to an open shop without rate limits. */
export async function stalls() {
  const folder = mkdtempSync(join(tmpdir(), 'shop-bench-'));
  const shop = await openShop(folder);
  try {
    const { data } = await call('POST', `${shop.api}/auth/login`, { body: ADMIN });
    const rows = [];
    for (const input of INPUTS) {
      const { status, bytes, cpu, p99, longest } = await costOf(shop, input, data.accessToken);
      const sent = Buffer.byteLength(input[3] ?? '') + input[2].length;
      const perSecond = cpu > 0 ? Math.round(1000 / cpu) : '> 1,000';
      rows.push([input[0], status, sent, bytes, cpu.toFixed(2), perSecond, p99.toFixed(0), longest.toFixed(0)]);
    }
    return {
      title: 'What one request costs, and how long other requests wait meanwhile (goal: 50 ms)',
      head: [
        'what',
        'status',
        'bytes of the request',
        'bytes of the response',
        'processor, ms',
        'requests a second that keep a core busy',
        'others wait, p99 ms',
        'longest, ms',
      ],
      rows,
    };
  } finally {
    await shop.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
