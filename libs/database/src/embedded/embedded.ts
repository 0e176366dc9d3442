import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { binaries } from './binaries';
import { Cluster, SUPERUSER } from './cluster';
import { ownerOf, takeOwnership } from './owner';
import { isAlive } from './processes';
import { readPidFile, serverOn, stopServer, until } from './server';
import { unprivilegedUser } from './unprivileged';
import { EmbeddedPostgresUnusable } from './unusable';

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  /** False only in tests: then a power failure can lose acknowledged changes. */
  readonly durable?: boolean;
  /** More server settings, for tests and measurements. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Prints one line for the operator. */
  readonly say?: (line: string) => void;
}

export interface EmbeddedPostgres {
  readonly url: string;
  readonly how: 'created' | 'started' | 'adopted';
  /** Ends all sessions, writes everything to the disk and stops the server. Call this method last. */
  stop(): Promise<void>;
}

interface ServerFile {
  readonly password: string;
  /** The folder of a unix socket, or a loopback address. */
  readonly host: string;
  readonly port: number;
  readonly pid?: number;
  readonly flags?: readonly string[];
  readonly version?: string;
}

const DATABASE = 'shop';
const LONGEST_SOCKET_PATH = 90; // the system's limit is 104 to 108 bytes, including the file name of the socket
const START_TIMEOUT_MS = 120_000; // after a crash Postgres replays its log before it is ready
const NO_DATABASE = '3D000';
const LOG_LIMIT = 10_000_000;

const serverFileIn = (dataDir: string) => join(dataDir, 'postgres.json');

function readServerFile(dataDir: string): ServerFile | undefined {
  try {
    return JSON.parse(readFileSync(serverFileIn(dataDir), 'utf8')) as ServerFile;
  } catch {
    return undefined; // the file is missing or damaged: a new password is set
  }
}

function writeServerFile(dataDir: string, server: ServerFile): void {
  const draft = `${serverFileIn(dataDir)}.new`;
  writeFileSync(draft, `${JSON.stringify({ ...server, url: urlOf(server) }, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, serverFileIn(dataDir));
}

function urlOf({ password, host, port }: ServerFile, database = DATABASE): string {
  const socket = host.startsWith('/');
  const authority = `${SUPERUSER}:${password}@localhost:${port}`;
  return `postgres://${authority}/${database}${socket ? `?host=${encodeURIComponent(host)}` : ''}`;
}

/** The address of the server that a living process runs on this folder. Undefined if there is no such process. */
export function runningPostgres(dataDir: string): { url: string; pid: number } | undefined {
  if (!existsSync(dataDir)) return undefined;
  const owner = ownerOf(dataDir);
  const server = readServerFile(dataDir);
  return owner && server?.pid !== undefined && isAlive(server.pid) ? { url: urlOf(server), pid: owner.pid } : undefined;
}

/** Starts Postgres on the folder, or adopts a server whose owner has died. Throws `DataFolderInUse`. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const releaseFolder = takeOwnership(options.dataDir);
  try {
    return await new Supervisor(options, realpathSync(options.dataDir), releaseFolder).start();
  } catch (error) {
    releaseFolder();
    throw error;
  }
}

class Supervisor implements EmbeddedPostgres {
  private readonly directory: string;
  private readonly log: string;
  private readonly cluster: Cluster;
  private readonly version: string;
  private readonly say: (line: string) => void;
  private server: ServerFile;
  private stopping?: Promise<void>;
  private watch?: NodeJS.Timeout;
  how: EmbeddedPostgres['how'] = 'started';

  constructor(
    private readonly options: EmbeddedPostgresOptions,
    private readonly dataDir: string,
    private readonly releaseFolder: () => void,
  ) {
    this.directory = join(dataDir, 'postgres');
    this.log = join(dataDir, 'postgres.log');
    this.say = options.say ?? (() => undefined);
    const user = unprivilegedUser(this.directory);
    const programs = binaries(user);
    this.version = programs.version;
    this.cluster = new Cluster(this.directory, programs, user, this.log);
    this.server = readServerFile(dataDir) ?? { password: '', host: '', port: 0 };
  }

  get url(): string {
    return urlOf(this.server);
  }

  async start(): Promise<this> {
    if (await this.adopt()) this.how = 'adopted';
    else await this.startNew();
    this.watch = setInterval(() => void this.restartIfDead(), 500).unref();
    return this;
  }

  stop(): Promise<void> {
    clearInterval(this.watch);
    return (this.stopping ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    await this.restarting;
    if (this.server.pid !== undefined) await stopServer(this.server.pid);
    this.server = { ...this.server, pid: undefined };
    writeServerFile(this.dataDir, this.server);
    this.releaseFolder();
  }

  /**
   * Takes over a running server. The owner of the server must be dead, because this process owns the folder now. A
   * server that has other settings or does not respond is stopped.
   */
  private async adopt(): Promise<boolean> {
    const orphan = serverOn(this.directory);
    if (!orphan) return false;
    const { flags, version, host } = this.server;
    const same = host && version === this.version && String(flags) === String(this.serverFlags(host, this.server.port));
    await until(() => readPidFile(this.directory)?.ready !== false, 5_000);
    if (same && !(await this.findFailure())) {
      this.recordPid(orphan.pid);
      return true;
    }
    this.say(`Stopping a Postgres server (process ${orphan.pid}) that an earlier shop process left running`);
    await stopServer(orphan.pid);
    return false;
  }

  private async startNew(): Promise<void> {
    this.trimLog();
    if (!this.cluster.exists) await this.createCluster();
    const installed = this.version.split('.')[0];
    if (this.cluster.majorVersion !== installed)
      throw new EmbeddedPostgresUnusable(
        `${this.directory} was made by Postgres ${this.cluster.majorVersion}, but the installed programs are Postgres ${installed}: start the build that made it, or set another DATA_DIR`,
      );
    this.cluster.secure();
    if (!this.server.password) await this.resetPassword();
    this.server = { ...this.server, ...(await this.chooseAddress()) };
    await this.startServer();
    await this.ensureDatabase();
  }

  private async createCluster(): Promise<void> {
    if (existsSync(this.directory))
      throw new EmbeddedPostgresUnusable(`${this.directory} exists, but it is not a database: move it away`);
    this.how = 'created';
    this.server = { ...this.server, password: randomBytes(24).toString('hex') };
    mkdirSync(this.dataDir, { recursive: true });
    writeServerFile(this.dataDir, this.server);
    await this.cluster.create(this.server.password, this.options.durable !== false);
  }

  private async resetPassword(): Promise<void> {
    const password = randomBytes(24).toString('hex');
    await this.cluster.resetPassword(password);
    this.server = { ...this.server, password };
  }

  /**
   * Chooses a unix socket in the data directory, because only its user and root can enter this directory. If the path
   * is too long for a socket, chooses a free loopback port.
   */
  private async chooseAddress(): Promise<Pick<ServerFile, 'host' | 'port'>> {
    if (process.platform !== 'win32' && this.directory.length <= LONGEST_SOCKET_PATH)
      return { host: this.directory, port: 5432 };
    const probe = createServer();
    const port = await new Promise<number>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen(0, '127.0.0.1', () => resolve((probe.address() as { port: number }).port));
    });
    await new Promise((resolve) => probe.close(resolve));
    return { host: '127.0.0.1', port };
  }

  private serverFlags(host: string, port: number): string[] {
    const durable = this.options.durable === false ? 'off' : 'on';
    const socket = host.startsWith('/');
    const settings: Record<string, string> = {
      listen_addresses: socket ? '' : host,
      port: String(port),
      unix_socket_directories: socket ? '.' : '',
      unix_socket_permissions: '0700',
      password_encryption: 'scram-sha-256',
      max_connections: '200',
      shared_buffers: '128MB',
      max_wal_size: '1GB',
      checkpoint_timeout: '15min',
      autovacuum_naptime: '15s',
      client_connection_check_interval: '1s', // a statement is stopped when the process that sent it has ended
      fsync: durable,
      synchronous_commit: durable,
      full_page_writes: durable,
      jit: 'off',
      timezone: 'UTC',
      log_timezone: 'UTC',
      // Postgres would log whole rows of failed statements. The shop logs failed statements itself, without personal
      // data.
      log_min_messages: 'log',
      log_error_verbosity: 'terse',
      log_line_prefix: '%m [%p] %a ',
      ...this.options.settings,
    };
    return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  }

  private async startServer(): Promise<void> {
    const { host, port } = this.server;
    const flags = this.serverFlags(host, port);
    const deadline = performance.now() + 10_000;
    for (;;) {
      const failure = await this.tryToStart(flags);
      if (!failure) return;
      if (performance.now() > deadline || this.stopping) throw new Error(failure);
      await pause(250); // the child processes of a killed server need a moment to end
      serverOn(this.directory); // removes an old pid file
    }
  }

  private async tryToStart(flags: readonly string[]): Promise<string | undefined> {
    const logStart = existsSync(this.log) ? statSync(this.log).size : 0;
    const child = this.cluster.launch(flags);
    let failed: string | undefined;
    child.once('error', (error) => (failed = error.message));
    child.once('exit', (code, signal) => (failed ??= `it ended with ${code ?? signal}`));
    await until(() => {
      const file = readPidFile(this.directory);
      return failed !== undefined || (file?.pid === child.pid && file?.ready === true);
    }, START_TIMEOUT_MS);
    if (failed === undefined && readPidFile(this.directory)?.ready) {
      this.server = { ...this.server, flags };
      this.recordPid(child.pid!);
      return undefined;
    }
    if (failed === undefined) await stopServer(child.pid!);
    const output = existsSync(this.log) ? readFileSync(this.log).subarray(logStart).toString().trim() : '';
    return `Postgres did not start: ${failed ?? 'it took too long'}${output && `\n${output}`}`;
  }

  private recordPid(pid: number): void {
    this.server = { ...this.server, pid, version: this.version };
    writeServerFile(this.dataDir, this.server);
  }

  private restarting?: Promise<void>;

  /** Restarts the server if it ended while the shop runs. The pools reconnect by themselves. */
  private restartIfDead(): void {
    if (this.stopping || this.restarting || (this.server.pid !== undefined && isAlive(this.server.pid))) return;
    this.say('The Postgres server ended unexpectedly and is started again');
    serverOn(this.directory); // removes an old pid file
    this.restarting = this.startServer()
      .catch((error: Error) => this.say(error.message))
      .finally(() => (this.restarting = undefined));
  }

  private async ensureDatabase(): Promise<void> {
    const failure = await this.findFailure();
    if (!failure) return;
    if (failure.code !== NO_DATABASE) throw failure;
    const client = new Client({ connectionString: urlOf(this.server, 'postgres') });
    await client.connect();
    try {
      await client.query(`create database ${DATABASE}`);
    } finally {
      await client.end();
    }
  }

  /** The error of a test query on the shop's database. Undefined if the query succeeds. */
  private async findFailure(): Promise<(Error & { code?: string }) | undefined> {
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return undefined;
    } catch (error) {
      return error as Error & { code?: string };
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private trimLog(): void {
    if (existsSync(this.log) && statSync(this.log).size > LOG_LIMIT) rmSync(this.log);
    if (!existsSync(this.log)) writeFileSync(this.log, '', { mode: 0o600 });
    chmodSync(this.log, 0o600);
  }
}
