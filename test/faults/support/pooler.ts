import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Whether PgBouncer (Debian's package) is installed. */
export const hasPgbouncer = spawnSync('pgbouncer', ['--version']).status === 0;

export interface Pooler {
  /** The URL of the same database through the pooler. */
  readonly url: string;
  close(): Promise<void>;
}

export interface PoolerOptions {
  readonly mode: 'statement' | 'transaction' | 'session';
  /** The pooler ignores the options in the start-up packet, instead of refusing the connection. */
  readonly ignoresOptions: boolean;
  readonly clientIdleTimeout?: number;
  /** The pooler uses its connections in turn, so that two queries of one client run on two backends. */
  readonly inTurn?: boolean;
}

/** Starts a real PgBouncer in front of a Postgres server. */
export async function openPooler(
  database: string,
  { mode, ignoresOptions, clientIdleTimeout = 0, inTurn = false }: PoolerOptions,
): Promise<Pooler> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-pooler-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  const target = new URL(database.replace('@/', '@localhost/'));
  // Only the account of Postgres can open the folder of a local socket, so PgBouncer connects through this bridge.
  const bridge = await bridgeTo(target.searchParams.get('host') ?? target.hostname, target.port || '5432');
  const { port: bridgePort } = bridge.address() as AddressInfo;
  const name = target.pathname.slice(1);
  const password = decodeURIComponent(target.password);
  writeFileSync(
    file,
    [
      '[databases]',
      `${name} = host=127.0.0.1 port=${bridgePort} dbname=${name} user=${decodeURIComponent(target.username)}` +
        (password && ` password='${password}'`),
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      `pool_mode = ${mode}`,
      `ignore_startup_parameters = extra_float_digits${ignoresOptions ? ',options' : ''}`,
      `client_idle_timeout = ${clientIdleTimeout}`,
      `server_round_robin = ${inTurn ? 1 : 0}`,
      'max_client_conn = 300',
      'default_pool_size = 90',
    ].join('\n'),
    { mode: 0o644 },
  );
  const userOptions = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn('pgbouncer', [...userOptions, file], { stdio: 'ignore' });
  const gone = once(child, 'exit');
  process.once('exit', () => child.kill('SIGKILL'));
  child.unref();
  for (const end = Date.now() + 10_000; !(await acceptsConnections(port)); await pause(50))
    if (Date.now() > end || child.exitCode !== null) throw new Error(`PgBouncer did not start: see ${file}`);
  return {
    url: `postgres://shop@127.0.0.1:${port}/${name}`,
    close: async () => {
      child.kill('SIGTERM');
      const killTimer = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await gone;
      clearTimeout(killTimer);
      bridge.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function bridgeTo(host: string, port: string): Promise<Server> {
  const server = createServer((near) => {
    const far = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(Number(port), host);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.unref();
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

async function acceptsConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const answered = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return answered;
}
