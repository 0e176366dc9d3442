import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, startEmbeddedPostgres, type EmbeddedPostgres } from '#database';
import { processesIn } from '../../../database/src/embedded/processes';
import { readPidFile } from '../../../database/src/embedded/server';
import { eventually } from '../../../database/src/testing/eventually';

/**
 * A Postgres server for one test, which the test can stop, freeze and crash. It is durable: acknowledged commits
 * survive a crash.
 */
export class OwnServer {
  private server?: EmbeddedPostgres;
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'shop-own-server-'));

  constructor(private readonly settings: Readonly<Record<string, string>> = {}) {}

  async start(): Promise<string> {
    this.server = await startEmbeddedPostgres({ dataDir: this.dataDir, settings: this.settings });
    return this.server.url;
  }

  get url(): string {
    return this.server!.url;
  }

  async stop(): Promise<void> {
    await this.server?.stop();
    this.server = undefined;
  }

  freeze(): void {
    for (const pid of this.processes) process.kill(pid, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of this.processes) process.kill(pid, 'SIGCONT');
  }

  /** Crashes the server like `pg_ctl stop -m immediate`, and waits until it has recovered. */
  async crash(): Promise<void> {
    const { pid } = readPidFile(join(this.dataDir, 'postgres'))!;
    process.kill(pid, 'SIGQUIT');
    await eventually(async () => {
      const now = readPidFile(join(this.dataDir, 'postgres'));
      if (!now?.ready || now.pid === pid) throw new Error('it has not recovered yet');
      await this.admin('select 1');
    }, 30_000);
  }

  /** Runs SQL as the superuser. */
  async admin<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]> {
    const client = await connect(this.url, 'test');
    try {
      return (await client.query<Row & Record<string, unknown>>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private get processes(): readonly number[] {
    return processesIn(join(this.dataDir, 'postgres'));
  }
}
