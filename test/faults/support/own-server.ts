import { randomBytes } from 'node:crypto';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { binaries } from '../../../libs/database/src/embedded/binaries';
import { Cluster, SUPERUSER } from '../../../libs/database/src/embedded/cluster';
import { isAlive, processesIn } from '../../../libs/database/src/embedded/processes';
import { readPidFile, serverOn, until } from '../../../libs/database/src/embedded/server';
import { giveTo, unprivilegedUser, type User } from '../../../libs/database/src/embedded/unprivileged';
import { repeatCount } from './matrix';

/** The disk size: large enough for the orders of a run, and small enough to be filled quickly. */
const DISK = repeatCount(1, 0) > 0 ? '1g' : '256m';

interface ClosedConnection {
  readonly cut: boolean;
}
const CLOSE_CONNECTIONS = `select pg_terminate_backend(pid) as cut from pg_stat_activity where datname = 'shop' and pid <> pg_backend_pid()`;

/** A small Postgres server that the shop does not restart. A fault lasts until the test ends it. */
export class OwnServer {
  private readonly directory: string;
  private readonly cluster: Cluster;
  private readonly user?: User;
  private readonly password = randomBytes(12).toString('hex');
  private readonly holders: Client[] = [];
  private holding = false;
  private pid = 0;

  private constructor(
    private readonly folder: string,
    private readonly settings: Readonly<Record<string, string>>,
    private readonly disk: boolean,
  ) {
    this.directory = join(folder, 'postgres');
    this.user = unprivilegedUser(folder);
    this.cluster = new Cluster(this.directory, binaries(this.user), this.user, join(folder, 'postgres.log'));
  }

  /** `disk`: the server gets a small disk of its own, which can be filled. */
  static async open(settings: Readonly<Record<string, string>> = {}, disk = false): Promise<OwnServer> {
    const folder = mkdtempSync(join(tmpdir(), 'server-'));
    if (disk) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK},mode=0711`, 'tmpfs', folder]);
    chmodSync(folder, 0o711); // other servers connect to the socket in this folder
    const server = new OwnServer(folder, settings, disk);
    await server.cluster.create(server.password, false);
    server.cluster.secure();
    await server.start();
    await server.query('create database shop', [], 'postgres');
    return server;
  }

  get url(): string {
    return this.urlOf('shop');
  }

  /** The options with which another Postgres server connects to this server. */
  get options(): { readonly host: string; readonly port: string; readonly user: string; readonly password: string } {
    return { host: this.directory, port: '5432', user: SUPERUSER, password: this.password };
  }

  async start(): Promise<void> {
    for (const end = Date.now() + 60_000; ; await pause(100)) {
      serverOn(this.directory); // removes the files that a crash left
      const child = this.cluster.launch(this.flags());
      let ended = false;
      child.once('exit', () => (ended = true));
      const ready = () => readPidFile(this.directory)?.pid === child.pid && readPidFile(this.directory)?.ready === true;
      await until(() => ended || ready(), 60_000);
      this.pid = child.pid!;
      if (!ended) return;
      if (Date.now() > end) throw new Error(`a server in ${this.folder} did not start`);
    }
  }

  /** `immediate`: without a checkpoint, like `pg_ctl stop -m immediate`. */
  async stop(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    if (isAlive(this.pid)) process.kill(this.pid, how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await until(() => !isAlive(this.pid) && processesIn(this.directory).length === 0, 20_000);
  }

  freeze(): void {
    this.signal('SIGSTOP');
  }

  thaw(): void {
    this.signal('SIGCONT');
  }

  async refuseConnections(): Promise<void> {
    await this.query('alter database shop allow_connections false', [], 'postgres');
    await this.query(CLOSE_CONNECTIONS, [], 'postgres');
  }

  allowConnections(): Promise<unknown> {
    return this.query('alter database shop allow_connections true', [], 'postgres');
  }

  /** Takes all connections of the server, also those of the shop. */
  async takeAllConnections(): Promise<void> {
    this.holding = true;
    while (await this.takeConnection());
    const [first] = this.holders;
    const closeOthers = async () => (await first.query<ClosedConnection>(CLOSE_CONNECTIONS)).rows.length;
    const takeFreed = async () => {
      const left = await closeOthers();
      await Promise.all(Array.from({ length: left }, () => this.takeConnection()));
      return left;
    };
    while ((await takeFreed()) > 0);
    const watch = async () => {
      for (; this.holding; await pause(200)) await takeFreed().catch(() => undefined);
    };
    void watch();
  }

  async releaseConnections(): Promise<void> {
    this.holding = false;
    await pause(200);
    await Promise.all(this.holders.splice(0).map((client) => client.end().catch(() => undefined)));
  }

  readOnly(on: boolean): Promise<unknown> {
    return this.query(`alter system set default_transaction_read_only = ${on ? 'on' : 'off'}`, [], 'postgres', true);
  }

  fillDisk(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    mkdirSync(join(this.folder, 'filler'), { recursive: true });
    const chunk = Buffer.alloc(1 << 20);
    try {
      for (let at = 0; at <= (bavail * bsize) / chunk.length; at++)
        writeFileSync(join(this.folder, 'filler', `${at}`), chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  async removeFiller(): Promise<void> {
    rmSync(join(this.folder, 'filler'), { recursive: true, force: true });
    if (!isAlive(this.pid)) await this.start();
  }

  /** Copies the running server's data. Returns the folder of the copy. */
  async backup(): Promise<string> {
    const copy = join(this.folder, `backup-${randomBytes(4).toString('hex')}`);
    const client = new Client({ connectionString: this.urlOf('postgres') });
    await client.connect();
    try {
      await client.query(`select pg_backup_start('test', true)`);
      await copyFolder(this.directory, copy);
      const { rows } = await client.query<{ label: string }>('select labelfile as label from pg_backup_stop(false)');
      const label = join(copy, 'backup_label');
      writeFileSync(label, rows[0].label);
      giveTo(this.user, label);
    } finally {
      await client.end();
    }
    await copyFolder(join(this.directory, 'pg_wal'), join(copy, 'pg_wal'));
    rmSync(join(copy, 'postmaster.pid'), { force: true });
    return copy;
  }

  /** Replaces the data with the copy. Everything that was written after the copy was made is lost. */
  async restore(copy: string): Promise<void> {
    await this.stop('immediate');
    rmSync(this.directory, { recursive: true, force: true });
    await copyFolder(copy, this.directory);
    this.cluster.secure();
    await this.start();
  }

  async close(): Promise<void> {
    await this.releaseConnections();
    this.thaw();
    await this.stop('immediate');
    if (this.disk) execFileSync('umount', ['-l', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async query<Row extends object>(
    sql: string,
    values: unknown[] = [],
    database = 'shop',
    reload = false,
  ): Promise<Row[]> {
    const client = new Client({ connectionString: this.urlOf(database), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const { rows } = await client.query(sql, values);
      if (reload) await client.query('select pg_reload_conf()');
      return rows as Row[];
    } finally {
      await client.end();
    }
  }

  private async takeConnection(): Promise<boolean> {
    const client = new Client({ connectionString: this.urlOf('postgres'), connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    const held = await client.connect().then(
      () => true,
      () => false,
    );
    if (held) this.holders.push(client);
    return held;
  }

  private signal(signal: NodeJS.Signals): void {
    for (const pid of processesIn(this.directory))
      try {
        process.kill(pid, signal);
      } catch {
        continue; // the process has just ended
      }
  }

  private urlOf(database: string): string {
    return `postgres://${SUPERUSER}:${this.password}@localhost:5432/${database}?host=${encodeURIComponent(this.directory)}`;
  }

  private flags(): string[] {
    const settings: Record<string, string> = {
      listen_addresses: '',
      port: '5432',
      unix_socket_directories: '.',
      unix_socket_permissions: '0700',
      shared_buffers: '16MB',
      max_connections: '60',
      max_wal_size: '64MB',
      min_wal_size: '32MB',
      client_connection_check_interval: '1s',
      jit: 'off',
      timezone: 'UTC',
      ...this.settings,
    };
    return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  }
}

/** Copies a folder with its owners and rights. Files that disappear during the copy do not matter for a backup. */
async function copyFolder(from: string, to: string): Promise<void> {
  const [code] = (await once(spawn('cp', ['-aT', from, to], { stdio: 'ignore' }), 'exit')) as [number | null];
  if (code !== 0 && code !== 1) throw new Error(`${from} could not be copied to ${to}`);
}
