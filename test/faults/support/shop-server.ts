import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../libs/database/src/embedded/embedded';
import { startShop, type RunningShop } from '../../support/start-shop';

const TEMPLATE = 'fault_shop_template';

/** Settings for fast starts, for log-ins that are valid during the whole run, and for crash points. */
export const SHOP_ENV = {
  SEED_DEMO: 'false',
  ACCESS_TOKEN_TTL_SECONDS: '86400',
  NODE_OPTIONS: '--conditions=crash-tests',
};

/** A Postgres server for several shops. Each shop has its own database, and one or more processes. */
export class ShopServer {
  private readonly databases: ShopDatabase[] = [];

  private constructor(
    readonly dataDir: string,
    private readonly postgres: EmbeddedPostgres,
  ) {}

  static async open(): Promise<ShopServer> {
    const dataDir = mkdtempSync(join(tmpdir(), 'faults-'));
    const postgres = await startEmbeddedPostgres({ dataDir, settings: { max_connections: '400' } });
    const shopServer = new ShopServer(dataDir, postgres);
    await shopServer.onServer(`create database ${TEMPLATE}`);
    const first = await startShop({ dataDir, env: { DATABASE_URL: shopServer.url(TEMPLATE) } });
    await first.stop();
    return shopServer;
  }

  get postgresPid(): number {
    return (JSON.parse(readFileSync(join(this.dataDir, 'postgres.json'), 'utf8')) as { pid: number }).pid;
  }

  url(database: string): string {
    return this.postgres.url.replace('/shop?', `/${database}?`);
  }

  async database(): Promise<ShopDatabase> {
    const name = `shop_${randomBytes(4).toString('hex')}`;
    await this.onServer(`create database ${name} template ${TEMPLATE}`);
    const database = new ShopDatabase(this.url(name));
    this.databases.push(database);
    return database;
  }

  /**
   * A process that is not started yet. `database`: the URL that the process uses. `build`: the folder of another build.
   * The database sessions of the process have its name, so that a test can find them.
   */
  process(database: string, env: Readonly<Record<string, string>> = {}, build?: string): ShopProcess {
    const name = `shop ${randomBytes(4).toString('hex')}`;
    return new ShopProcess(
      name,
      this.dataDir,
      { ...SHOP_ENV, DATABASE_URL: withSessionName(database, name), ...env },
      build,
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.databases.map((database) => database.close()));
    await this.postgres.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private async onServer(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.postgres.url });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }
}

function withSessionName(database: string, name: string): string {
  const url = new URL(database);
  url.searchParams.set('application_name', name);
  return url.toString();
}

/** Queries a shop's database as the superuser. Connects again if the connection was cut. */
export class ShopDatabase {
  private client?: Client;
  private readonly orders?: ShopDatabase;

  /** `ordering`: the URL of ordering's server, if it has its own. */
  constructor(
    readonly url: string,
    readonly ordering = url,
  ) {
    if (ordering !== url) this.orders = new ShopDatabase(ordering);
  }

  /** Queries ordering's own server directly, so that repeated queries do not load the servers that are measured. */
  ofOrders<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (this.orders ?? this).query(sql, values);
  }

  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = await this.connected();
    try {
      return (await client.query(sql, values)).rows as Row[];
    } catch (error) {
      if (!(error as { code?: string }).code?.startsWith('42')) await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
    await this.orders?.close();
  }

  private async connected(): Promise<Client> {
    if (this.client) return this.client;
    const client = new Client({ connectionString: this.url, application_name: 'test', query_timeout: 30_000 });
    client.on('error', () => undefined);
    await client.connect();
    return (this.client = client);
  }
}

/** One process of a shop. A test can tell the running process at which crash point it is killed or frozen. */
export class ShopProcess {
  private process?: RunningShop;
  private dead = true;
  private readonly crashFile: string;
  private readonly log: string;
  /** When the process last ended, for any reason. */
  diedAt = 0;
  /** The milliseconds that the last start took. */
  startMs = 0;

  constructor(
    readonly name: string,
    private readonly dataDir: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly build?: string,
  ) {
    this.crashFile = join(dataDir, `${name}.crash-point`);
    this.log = join(dataDir, `${name}.log`);
  }

  /** Starts the process. `crash`: a crash point that is active from the start. */
  async open(crash = ''): Promise<RunningShop> {
    const from = Date.now();
    const { dataDir, crashFile, log, build } = this;
    const process = await startShop({
      dataDir,
      build,
      env: { CRASH_INSTRUCTIONS: crashFile, CRASH_LOG: log, CRASH_POINT: crash, ...this.anchor(), ...this.env },
    });
    this.startMs = Date.now() - from;
    this.process = process;
    this.dead = false;
    void process.gone.then(() => {
      this.dead = true;
      this.diedAt = Date.now();
    });
    return process;
  }

  /** Several databases share this data folder, so each of them needs its own file for the newest seal. */
  private anchor(): Readonly<Record<string, string>> {
    const url = this.env['DATABASE_URL'];
    return url ? { SEAL_ANCHOR_FILE: join(this.dataDir, `anchor-${new URL(url).pathname.slice(1)}`) } : {};
  }

  get shop(): RunningShop {
    if (!this.process) throw new Error('this process was never opened');
    return this.process;
  }

  get isOpen(): boolean {
    return !this.dead;
  }

  /** Sets the crash point, such as `relay.delivered@ordering:2`. `:SIGSTOP` freezes the process. '' sets none. */
  arm(point: string): void {
    writeFileSync(this.crashFile, point);
    this.signal('SIGUSR2');
  }

  async close(): Promise<void> {
    if (!this.dead) await this.process?.stop();
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.dead && this.process) process.kill(this.process.pid, signal);
  }

  /** The crash points at which the process was killed so far, in all its starts. */
  get crashes(): readonly { readonly point: string; readonly at: number }[] {
    if (!existsSync(this.log)) return [];
    return readFileSync(this.log, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => ({ point: line.split(' ')[0], at: Number(line.split(' ')[3]) }));
  }
}
