import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

export interface Reply<Body = any> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface AskOptions {
  readonly body?: unknown;
  /** An access token. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Aborts the request after this time, because the shop may be frozen. */
  readonly withinMs?: number;
}

export interface RunningShop {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** `path` is relative to /api/v1. If it begins with `//`, it is relative to the root of the server: `//health`. */
  get<Body = any>(path: string, options?: AskOptions): Promise<Reply<Body>>;
  post<Body = any>(path: string, options?: AskOptions): Promise<Reply<Body>>;
  put<Body = any>(path: string, options?: AskOptions): Promise<Reply<Body>>;
  patch<Body = any>(path: string, options?: AskOptions): Promise<Reply<Body>>;
  delete<Body = any>(path: string, options?: AskOptions): Promise<Reply<Body>>;
  /** Everything that the process has printed so far. */
  output(): string;
  /** Resolves when the process has ended. */
  readonly gone: Promise<unknown>;
  /** Sends SIGTERM. Returns the exit code. */
  stop(): Promise<number | null>;
  /** Sends SIGKILL. The data folder stays for the next start. */
  kill(): Promise<void>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The folder of `apps` that is started. The default is `api`. */
  readonly service?: string;
  /** `stop()` does not delete this folder. Without `dataDir`, the shop gets a new folder, which `stop()` deletes. */
  readonly dataDir?: string;
  readonly patienceMs?: number;
  /** The folder with the build that is started. The default is the root of this repository. */
  readonly build?: string;
}

/** Starts the compiled shop in its own process, on its own port. */
export async function startShop({
  env = {},
  service = 'api',
  dataDir,
  patienceMs = 180_000,
  build = ROOT,
}: StartOptions = {}): Promise<RunningShop> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'shop-'));
  const child = spawn(process.execPath, [join(build, 'scripts', 'start.mjs'), service], {
    cwd: build,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...QUIET, DATA_DIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const gone = once(child, 'exit') as Promise<[number | null]>;
  const url = await waitForUrl(child, () => printed, patienceMs);
  const endWith = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return (await gone)[0];
  };
  const ask = (method: string) => (path: string, options?: AskOptions) => request(url, method, path, options);
  return {
    url,
    pid: child.pid!,
    dataDir: folder,
    get: ask('GET'),
    post: ask('POST'),
    put: ask('PUT'),
    patch: ask('PATCH'),
    delete: ask('DELETE'),
    output: () => printed,
    gone,
    stop: async () => {
      const code = await endWith('SIGTERM');
      if (!dataDir) rmSync(folder, { recursive: true, force: true });
      return code;
    },
    kill: async () => void (await endWith('SIGKILL')),
  };
}

const QUIET = {
  NODE_ENV: 'test',
  PORT: '0',
  LOG_LEVEL: 'error',
  RATE_LIMIT_API: '0',
  RATE_LIMIT_LOGIN: '0',
  RATE_LIMIT_REGISTER: '0',
};

async function waitForUrl(child: ChildProcess, output: () => string, patienceMs: number): Promise<string> {
  for (const end = Date.now() + patienceMs; Date.now() < end;) {
    const url = /is open at (http:\/\/\S+)/.exec(output())?.[1];
    if (url) return url;
    if (child.exitCode !== null || child.signalCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`The shop did not open:\n${output()}`);
}

async function request(
  url: string,
  method: string,
  path: string,
  { body, token, headers, withinMs }: AskOptions = {},
): Promise<Reply> {
  const response = await fetch(path.startsWith('//') ? url + path.slice(1) : `${url}/api/v1${path}`, {
    method,
    redirect: 'manual',
    ...(withinMs !== undefined && { signal: AbortSignal.timeout(withinMs) }),
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return { status: response.status, headers: response.headers, body: isJson && text ? JSON.parse(text) : text };
}
