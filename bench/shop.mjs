// Starts the production build in a new folder, and sends requests to it.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { root } from './built.mjs';

/** The fields of `/proc/PID/stat` after the program's name: `[1]` is the parent. Undefined if the process has ended. */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  } catch {
    return undefined;
  }
}

/** Processor time that a process has used, in milliseconds. Linux counts it in hundredths of a second. */
export const processorOf = (pid) => {
  const [user, system] = statOf(pid).slice(11);
  return (Number(user) + Number(system)) * 10;
};

/** Processor time of the embedded Postgres of this folder with all its connections, in milliseconds. */
function processorOfPostgres(dataDir) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const isServer = (pid) => {
    try {
      const program = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0];
      return program.endsWith('/postgres') && readlinkSync(`/proc/${pid}/cwd`).startsWith(dataDir);
    } catch {
      return false;
    }
  };
  const server = pids.find(isServer);
  const parts = pids.map((pid) => [pid, statOf(pid)]).filter(([pid, stat]) => pid === server || stat?.[1] === server);
  const ended = Number(statOf(server)[13]) + Number(statOf(server)[14]);
  return parts.reduce((sum, [, stat]) => sum + Number(stat[11]) + Number(stat[12]), ended) * 10;
}

export async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/**
 * The shop as `npm start` runs it, without rate limits. `readyMs`: milliseconds until /health/ready responds with 200.
 */
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
    /** Processor time so far, in milliseconds. */
    processorMs: () => ({ node: processorOf(child.pid), postgres: processorOfPostgres(dataDir) }),
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
