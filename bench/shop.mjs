// Starts the production build in a new folder, and sends requests to it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { root } from './built.mjs';

export async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/** The shop as `npm start` runs it, without rate limits. `readyMs`: from the start of the process to the first 200 of /health/ready. */
export async function openShop(dataDir, env = {}) {
  const port = await freePort();
  const started = performance.now();
  const child = spawn(process.execPath, ['--max-semi-space-size=64', 'dist/apps/api/src/main.js'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(port),
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      RATE_LIMIT_API: '0',
      RATE_LIMIT_LOGIN: '0',
      RATE_LIMIT_REGISTER: '0',
      ...env,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  const gone = new Promise((done) => child.once('exit', done));
  for (;;) {
    if (child.exitCode !== null) throw new Error('the shop did not start');
    const ready = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(1_000) }).then(
      (r) => r.ok,
      () => false,
    );
    if (ready) break;
    await new Promise((done) => setTimeout(done, 10));
  }
  const readyMs = performance.now() - started;
  return {
    url,
    api: `${url}/api/v1`,
    readyMs,
    pid: child.pid,
    memoryMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    async close() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

export async function call(method, url, { token, cart, key, wait, body } = {}) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...(cart && { 'x-cart-token': cart }),
      ...(key && { 'idempotency-key': key }),
      ...(wait && { prefer: `wait=${wait}` }),
    },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  const json = await response.json();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${JSON.stringify(json)}`);
  return { data: json.data, meta: json.meta, headers: response.headers };
}

export const percentile = (values, p) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))];
};

/**
 * Calls `work(index)` `count` times, with at most `atOnce` calls running at the same time. Returns the milliseconds that
 * each call took (`took`), and the seconds from the first start to the last end.
 */
export async function inParallel(count, atOnce, work) {
  const took = [];
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) {
        const index = next++;
        const at = performance.now();
        await work(index);
        took.push(performance.now() - at);
      }
    }),
  );
  return { took, seconds: (performance.now() - started) / 1000 };
}
