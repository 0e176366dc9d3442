import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../libs/database/src/embedded/embedded';
import { startShop, type RunningShop } from '../../support/start-shop';

const TEMPLATE = 'shop_of_the_street';

/** What makes a start cheap, keeps log-ins valid for the length of a run, and lets a process be killed at a named point. */
export const STREET = {
  SEED_DEMO: 'false',
  ACCESS_TOKEN_TTL_SECONDS: '86400',
  NODE_OPTIONS: '--conditions=crash-tests',
};

/** A Postgres that keeps what it says on the disk, and shops along it: each with a database, and one process or more. */
export class Street {
  private readonly databases: StreetDatabase[] = [];

  private constructor(
    readonly dataDir: string,
    private readonly postgres: EmbeddedPostgres,
  ) {}

  static async open(): Promise<Street> {
    const dataDir = mkdtempSync(join(tmpdir(), 'street-'));
    const postgres = await startEmbeddedPostgres({ dataDir, settings: { max_connections: '400' } });
    const street = new Street(dataDir, postgres);
    await street.onServer(`create database ${TEMPLATE}`);
    const first = await startShop({ dataDir, env: { DATABASE_URL: street.url(TEMPLATE) } });
    await first.stop();
    return street;
  }

  get postgresPid(): number {
    return (JSON.parse(readFileSync(join(this.dataDir, 'postgres.json'), 'utf8')) as { pid: number }).pid;
  }

  url(database: string): string {
    return this.postgres.url.replace('/shop?', `/${database}?`);
  }

  async database(): Promise<StreetDatabase> {
    const name = `shop_${randomBytes(4).toString('hex')}`;
    await this.onServer(`create database ${name} template ${TEMPLATE}`);
    const database = new StreetDatabase(this.url(name));
    this.databases.push(database);
    return database;
  }

  /**
   * `database`: its address, by which way the process reaches it. The till's name is that of its sessions there.
   * `build`: the folder of another build.
   */
  till(database: string, env: Readonly<Record<string, string>> = {}, build?: string): Till {
    const name = `till ${randomBytes(4).toString('hex')}`;
    return new Till(name, this.dataDir, { ...STREET, DATABASE_URL: named(database, name), ...env }, build);
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

function named(database: string, name: string): string {
  const url = new URL(database);
  url.searchParams.set('application_name', name);
  return url.toString();
}

/** Looks behind the scenes, as the superuser, on a connection that is made again when it was cut. */
export class StreetDatabase {
  private client?: Client;
  private readonly orders?: StreetDatabase;

  /** `ordering`: the server of the orders, if that is another. */
  constructor(
    readonly url: string,
    readonly ordering = url,
  ) {
    if (ordering !== url) this.orders = new StreetDatabase(ordering);
  }

  /** Asks the orders' own server directly, so that repeated questions do not load the servers that are measured. */
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

/** One process of a shop, that is told while it runs where to die or to stand still. */
export class Till {
  private process?: RunningShop;
  private dead = true;
  private readonly orders: string;
  private readonly log: string;
  /** When it last died, by whatever hand. */
  diedAt = 0;
  /** From the spawning of the last process to its open door. */
  startMs = 0;

  constructor(
    readonly name: string,
    private readonly dataDir: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly build?: string,
  ) {
    this.orders = join(dataDir, `${name}.orders`);
    this.log = join(dataDir, `${name}.log`);
  }

  /** `crash`: armed from its first moment on. */
  async open(crash = ''): Promise<RunningShop> {
    const from = Date.now();
    const { dataDir, orders, log, build } = this;
    const process = await startShop({
      dataDir,
      build,
      env: { CRASH_ORDERS: orders, CRASH_LOG: log, CRASH_POINT: crash, ...this.anchor(), ...this.env },
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

  /** Many databases share one folder here, and each has an anchor of its own. */
  private anchor(): Readonly<Record<string, string>> {
    const url = this.env['DATABASE_URL'];
    return url ? { SEAL_ANCHOR_FILE: join(this.dataDir, `anchor-${new URL(url).pathname.slice(1)}`) } : {};
  }

  get shop(): RunningShop {
    if (!this.process) throw new Error('the till was never opened');
    return this.process;
  }

  get isOpen(): boolean {
    return !this.dead;
  }

  /** `relay.delivered@ordering:2`, with `:SIGSTOP` to stand still; nothing to be left alone. */
  arm(point: string): void {
    writeFileSync(this.orders, point);
    this.signal('SIGUSR2');
  }

  async close(): Promise<void> {
    if (!this.dead) await this.process?.stop();
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.dead && this.process) process.kill(this.process.pid, signal);
  }

  /** The points at which it was struck so far, over all its lives: name, signal, pid, when. */
  get struck(): readonly { readonly point: string; readonly at: number }[] {
    if (!existsSync(this.log)) return [];
    return readFileSync(this.log, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => ({ point: line.split(' ')[0], at: Number(line.split(' ')[3]) }));
  }
}
