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

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  /** Off for tests only: then acknowledged changes may be lost in a power failure. */
  readonly durable?: boolean;
  /** More server settings, for tests and measurements. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Prints one line about something that the operator should know. */
  readonly say?: (line: string) => void;
}

export interface EmbeddedPostgres {
  readonly url: string;
  readonly how: 'created' | 'started' | 'adopted';
  /** Ends all sessions, writes everything to the disk and stops. Call it last. */
  stop(): Promise<void>;
}

interface Card {
  readonly password: string;
  /** A folder with a unix socket, or a loopback port. */
  readonly host: string;
  readonly port: number;
  readonly pid?: number;
  readonly flags?: readonly string[];
  readonly version?: string;
}

const DATABASE = 'shop';
const LONGEST_SOCKET_PATH = 90; // the system's limit is 104 to 108 with the socket's own name
const START_PATIENCE = 120_000; // recovery after a crash replays the log first
const NO_DATABASE = '3D000';
const LOG_LIMIT = 10_000_000;

const cardIn = (dataDir: string) => join(dataDir, 'postgres.json');

function readCard(dataDir: string): Card | undefined {
  try {
    return JSON.parse(readFileSync(cardIn(dataDir), 'utf8')) as Card;
  } catch {
    return undefined; // none yet, or damaged: then the password is set again
  }
}

function writeCard(dataDir: string, card: Card): void {
  const draft = `${cardIn(dataDir)}.new`;
  writeFileSync(draft, `${JSON.stringify({ ...card, url: urlOf(card) }, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, cardIn(dataDir));
}

function urlOf({ password, host, port }: Card, database = DATABASE): string {
  const socket = host.startsWith('/');
  const authority = `${SUPERUSER}:${password}@localhost:${port}`;
  return `postgres://${authority}/${database}${socket ? `?host=${encodeURIComponent(host)}` : ''}`;
}

/** The address of the server that another living process runs on this folder; undefined if there is no such process. */
export function runningPostgres(dataDir: string): { url: string; pid: number } | undefined {
  if (!existsSync(dataDir)) return undefined;
  const owner = ownerOf(dataDir);
  const card = readCard(dataDir);
  return owner && card?.pid !== undefined && isAlive(card.pid) ? { url: urlOf(card), pid: owner.pid } : undefined;
}

/** Starts Postgres on the folder, or adopts the one that a dead owner left running. Throws `DataFolderInUse`. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const free = takeOwnership(options.dataDir);
  try {
    return await new Supervisor(options, realpathSync(options.dataDir), free).start();
  } catch (error) {
    free();
    throw error;
  }
}

class Supervisor implements EmbeddedPostgres {
  private readonly directory: string;
  private readonly log: string;
  private readonly cluster: Cluster;
  private readonly version: string;
  private readonly say: (line: string) => void;
  private card: Card;
  private stopping?: Promise<void>;
  private watch?: NodeJS.Timeout;
  how: EmbeddedPostgres['how'] = 'started';

  constructor(
    private readonly options: EmbeddedPostgresOptions,
    private readonly dataDir: string,
    private readonly free: () => void,
  ) {
    this.directory = join(dataDir, 'postgres');
    this.log = join(dataDir, 'postgres.log');
    this.say = options.say ?? (() => undefined);
    const user = unprivilegedUser(this.directory);
    const programs = binaries(user);
    this.version = programs.version;
    this.cluster = new Cluster(this.directory, programs, user, this.log);
    this.card = readCard(dataDir) ?? { password: '', host: '', port: 0 };
  }

  get url(): string {
    return urlOf(this.card);
  }

  async start(): Promise<this> {
    if (await this.adopt()) this.how = 'adopted';
    else await this.fresh();
    this.watch = setInterval(() => void this.look(), 500).unref();
    return this;
  }

  stop(): Promise<void> {
    clearInterval(this.watch);
    return (this.stopping ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    await this.reviving;
    if (this.card.pid !== undefined) await stopServer(this.card.pid);
    this.card = { ...this.card, pid: undefined };
    writeCard(this.dataDir, this.card);
    this.free();
  }

  /**
   * Only the server of a dead owner, because we own the folder. One that has other settings, or does not answer, is
   * replaced.
   */
  private async adopt(): Promise<boolean> {
    const orphan = serverOn(this.directory);
    if (!orphan) return false;
    const { flags, version, host } = this.card;
    const same = host && version === this.version && String(flags) === String(this.flags(host, this.card.port));
    await until(() => readPidFile(this.directory)?.ready !== false, 5_000);
    if (same && !(await this.failure())) {
      this.note(orphan.pid);
      return true;
    }
    this.say(`Stopping the Postgres that a former process left running (${orphan.pid})`);
    await stopServer(orphan.pid);
    return false;
  }

  private async fresh(): Promise<void> {
    this.trimLog();
    if (!this.cluster.exists) await this.create();
    const mine = this.version.split('.')[0];
    if (this.cluster.majorVersion !== mine)
      throw new Error(`${this.directory} is of Postgres ${this.cluster.majorVersion}, the programs are of ${mine}`);
    this.cluster.secure();
    if (!this.card.password) await this.forgotten();
    this.card = { ...this.card, ...(await this.address()) };
    await this.run();
    await this.ensureDatabase();
  }

  private async create(): Promise<void> {
    if (existsSync(this.directory)) throw new Error(`${this.directory} is there, but it is no database: move it away`);
    this.how = 'created';
    this.card = { ...this.card, password: randomBytes(24).toString('hex') };
    mkdirSync(this.dataDir, { recursive: true });
    writeCard(this.dataDir, this.card);
    await this.cluster.create(this.card.password, this.options.durable !== false);
  }

  private async forgotten(): Promise<void> {
    const password = randomBytes(24).toString('hex');
    await this.cluster.resetPassword(password);
    this.card = { ...this.card, password };
  }

  /** A socket in the data directory, which only its user and root can enter; else a free loopback port. */
  private async address(): Promise<Pick<Card, 'host' | 'port'>> {
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

  private flags(host: string, port: number): string[] {
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
      client_connection_check_interval: '1s', // a statement ends with the process that sent it
      fsync: durable,
      synchronous_commit: durable,
      full_page_writes: durable,
      jit: 'off',
      timezone: 'UTC',
      log_timezone: 'UTC',
      // The shop itself logs refused statements, because it knows what is personal; Postgres quotes the rows.
      log_min_messages: 'log',
      log_error_verbosity: 'terse',
      log_line_prefix: '%m [%p] %a ',
      ...this.options.settings,
    };
    return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  }

  private async run(): Promise<void> {
    const { host, port } = this.card;
    const flags = this.flags(host, port);
    const deadline = performance.now() + 10_000;
    for (;;) {
      const failure = await this.attempt(flags);
      if (!failure) return;
      if (performance.now() > deadline || this.stopping) throw new Error(failure);
      await pause(250); // processes of a server that was killed may take a moment to notice
      serverOn(this.directory);
    }
  }

  private async attempt(flags: readonly string[]): Promise<string | undefined> {
    const from = existsSync(this.log) ? statSync(this.log).size : 0;
    const child = this.cluster.launch(flags);
    let failed: string | undefined;
    child.once('error', (error) => (failed = error.message));
    child.once('exit', (code, signal) => (failed ??= `it ended with ${code ?? signal}`));
    await until(() => {
      const file = readPidFile(this.directory);
      return failed !== undefined || (file?.pid === child.pid && file?.ready === true);
    }, START_PATIENCE);
    if (failed === undefined && readPidFile(this.directory)?.ready) {
      this.card = { ...this.card, flags };
      this.note(child.pid!);
      return undefined;
    }
    if (failed === undefined) await stopServer(child.pid!);
    const told = existsSync(this.log) ? readFileSync(this.log).subarray(from).toString().trim() : '';
    return `Postgres did not start: ${failed ?? 'it took too long'}${told && `\n${told}`}`;
  }

  private note(pid: number): void {
    this.card = { ...this.card, pid, version: this.version };
    writeCard(this.dataDir, this.card);
  }

  private reviving?: Promise<void>;

  /** If the server dies while the shop lives, it is started again. The pools reconnect by themselves. */
  private look(): void {
    if (this.stopping || this.reviving || (this.card.pid !== undefined && isAlive(this.card.pid))) return;
    this.say('Postgres ended by itself and is started again');
    serverOn(this.directory);
    this.reviving = this.run()
      .catch((error: Error) => this.say(error.message))
      .finally(() => (this.reviving = undefined));
  }

  private async ensureDatabase(): Promise<void> {
    const failure = await this.failure();
    if (!failure) return;
    if (failure.code !== NO_DATABASE) throw failure;
    const client = new Client({ connectionString: urlOf(this.card, 'postgres') });
    await client.connect();
    try {
      await client.query(`create database ${DATABASE}`);
    } finally {
      await client.end();
    }
  }

  /** Why the shop's database cannot be used, if so. */
  private async failure(): Promise<(Error & { code?: string }) | undefined> {
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
