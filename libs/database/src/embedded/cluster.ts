import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Binaries } from './binaries';
import { canReach, giveTo, type User } from './unprivileged';

export const SUPERUSER = 'shop';

/** Makes a program's arguments from the path by which the program reaches the data directory. */
type Arguments = (directory: string) => string[];

/** A data directory, the Postgres programs, and the user who runs them. */
export class Cluster {
  constructor(
    readonly directory: string,
    private readonly programs: Binaries,
    private readonly user: User | undefined,
    private readonly log: string,
  ) {}

  get exists(): boolean {
    return existsSync(join(this.directory, 'PG_VERSION'));
  }

  get majorVersion(): string {
    return readFileSync(join(this.directory, 'PG_VERSION'), 'utf8').trim();
  }

  /**
   * Creates the cluster in a draft folder, and renames the folder when the cluster is complete. So an incomplete
   * cluster is never used.
   */
  async create(password: string, sync: boolean): Promise<void> {
    const draft = `${this.directory}.new`;
    rmSync(draft, { recursive: true, force: true });
    const passwordFolder = mkdtempSync(join(tmpdir(), 'shop-postgres-'));
    giveTo(this.user, passwordFolder);
    const passwordFile = join(passwordFolder, 'password');
    try {
      writeFileSync(passwordFile, password, { mode: 0o600 });
      giveTo(this.user, passwordFile);
      const flags = ['--encoding=UTF8', `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`];
      flags.push('--auth=scram-sha-256', '--data-checksums', '--no-instructions', ...(sync ? [] : ['--no-sync']));
      const failures: string[] = [];
      for (const locale of ['C.UTF-8', 'C']) {
        rmSync(draft, { recursive: true, force: true });
        mkdirSync(draft, { mode: 0o700 });
        giveTo(this.user, draft);
        const { code, output } = await this.runToEnd(
          this.programs.initdb,
          (into) => ['-D', into, ...flags, `--locale=${locale}`],
          draft,
        );
        if (code === 0) return renameSync(draft, this.directory);
        failures.push(output);
      }
      throw new Error(`The database could not be created: ${failures.at(-1)}`);
    } finally {
      rmSync(passwordFolder, { recursive: true, force: true });
    }
  }

  /**
   * Sets the superuser's password without the old password. Only the owner of the files can do this, and only while the
   * server does not run.
   */
  async resetPassword(password: string): Promise<void> {
    const sql = `alter user ${SUPERUSER} password '${password}';\n`;
    const single = (directory: string) => ['--single', '-D', directory, 'postgres'];
    const { code, output } = await this.runToEnd(this.programs.postgres, single, this.directory, sql);
    if (code !== 0) throw new Error(`The database's password could not be set: ${output}`);
  }

  /** Starts Postgres in a separate session. So Ctrl-C reaches only the shop, which stops Postgres as its last step. */
  launch(flags: readonly string[]): ChildProcess {
    const log = openSync(this.log, 'a', 0o600);
    try {
      const child = this.spawn(
        this.programs.postgres,
        (on) => ['-D', on, ...flags],
        this.directory,
        ['ignore', log, log],
        true,
      );
      child.unref();
      return child;
    } finally {
      closeSync(log);
    }
  }

  private async runToEnd(program: string, args: Arguments, directory: string, input?: string) {
    const child = this.spawn(program, args, directory, ['pipe', 'pipe', 'pipe'], false);
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stdin!.on('error', () => undefined);
    child.stdin!.end(input);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, output: Buffer.concat(chunks).toString().trim() };
  }

  /**
   * If the user cannot enter the parent folder of the data directory, the directory is passed as an open file: Postgres
   * enters it through /proc/self/fd and uses relative paths from then on.
   */
  private spawn(
    program: string,
    args: Arguments,
    directory: string,
    stdio: StdioOptions & unknown[],
    detached: boolean,
  ): ChildProcess {
    const asOpenFile = this.user && process.platform === 'linux' && !canReach(directory, this.user);
    const opened = asOpenFile ? openSync(directory, 'r') : undefined;
    if (opened !== undefined) stdio.push(opened);
    try {
      return spawn(program, args(asOpenFile ? '/proc/self/fd/3' : directory), {
        cwd: '/',
        detached,
        stdio,
        env: { LC_ALL: 'C', TZ: 'UTC', LD_LIBRARY_PATH: this.programs.lib },
        ...(this.user && { uid: this.user.uid, gid: this.user.gid }),
      });
    } finally {
      if (opened !== undefined) closeSync(opened);
    }
  }

  /** Postgres requires that nobody else can read its directory. */
  secure(): void {
    giveTo(this.user, this.directory);
    chmodSync(this.directory, 0o700);
  }
}
