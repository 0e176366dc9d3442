import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '../pool/connection';
import { runningPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded';
import { isAlive } from './processes';
import { readPidFile, stopServer } from './server';

jest.setTimeout(60_000);

const root = resolve(__dirname, '../../../..');

interface OwnerProcess {
  readonly child: ChildProcess;
  readonly how?: string;
  readonly url?: string;
  readonly refused?: string;
}

/** Starts another process, which becomes the owner of the folder and runs Postgres there. */
async function startOwner(dataDir: string): Promise<OwnerProcess> {
  const script = join(root, 'test/support/keep-postgres.ts');
  const child = spawn(process.execPath, ['-r', join(root, 'test/support/run-source.cjs'), script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, ...(JSON.parse(line) as Omit<OwnerProcess, 'child'>) };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function queryOn<Row>(url: string, sql: string): Promise<Row[]> {
  const client = await connect(url, 'test');
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

const serverIn = (dataDir: string) => readPidFile(join(dataDir, 'postgres'))?.pid;

let dataDir: string;
let server: EmbeddedPostgres | undefined;

async function start(): Promise<EmbeddedPostgres> {
  server = await startEmbeddedPostgres({ dataDir });
  return server;
}

async function stopAll(): Promise<void> {
  await server?.stop();
  server = undefined;
  const left = serverIn(dataDir);
  if (left && isAlive(left) && left !== process.pid) await stopServer(left);
}

const folders: string[] = [];
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'shop-embedded-'));
  folders.push(made);
  return made;
};

beforeAll(() => {
  dataDir = folder();
});
afterEach(stopAll);
afterAll(() => folders.forEach((made) => rmSync(made, { recursive: true, force: true })));

describe('The embedded Postgres', () => {
  it('is created at the first start, and keeps its data', async () => {
    const first = await start();
    expect(first.how).toBe('created');
    await queryOn(first.url, 'create table beans (kind text)');
    await queryOn(first.url, `insert into beans values ('arabica')`);
    await first.stop();
    const second = await start();
    expect(second.how).toBe('started');
    expect(await queryOn(second.url, 'select kind from beans')).toEqual([{ kind: 'arabica' }]);
  });

  it('is durable, uses UTF-8, allows 200 connections, and requires a password', async () => {
    const { url } = await start();
    const [settings] = await queryOn(
      url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
              current_setting('max_connections') as connections, current_setting('server_encoding') as encoding,
              current_setting('data_checksums') as checksums, lower('ĐÀ LẠT') as lower`,
    );
    expect(settings).toEqual({
      fsync: 'on',
      commit: 'on',
      connections: '200',
      encoding: 'UTF8',
      checksums: 'on',
      lower: 'đà lạt',
    });
    const [rules] = await queryOn<{ methods: string[] }>(
      url,
      'select array_agg(distinct auth_method) as methods from pg_hba_file_rules',
    );
    expect(rules.methods).toEqual(['scram-sha-256']);
    await expect(queryOn(url.replace(/:[0-9a-f]{48}@/, ':guess@'), 'select 1')).rejects.toMatchObject({
      code: '28P01',
    });
  });

  it('writes its address to a file that only its owner can read', async () => {
    const { url } = await start();
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8'))).toMatchObject({ url });
  });

  it('runs in a separate session, so that Ctrl-C does not reach it', async () => {
    await start();
    const pid = serverIn(dataDir)!;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    expect([group, session]).toEqual([String(pid), String(pid)]);
  });

  it('is started again when it dies while the shop runs', async () => {
    const { url } = await start();
    const before = serverIn(dataDir)!;
    process.kill(before, 'SIGKILL');
    let answered = false;
    for (let i = 0; i < 100 && !answered; i++) {
      await pause(100);
      answered = serverIn(dataDir) !== before && (await queryOn(url, 'select 1').then(() => true, () => false)); // prettier-ignore
    }
    expect(answered).toBe(true);
    expect(await queryOn(url, 'select kind from beans')).toEqual([{ kind: 'arabica' }]);
  });
});

describe('A data folder', () => {
  it('is refused to a second process while its owner is alive', async () => {
    await start();
    const second = await startOwner(dataDir);
    expect(second.refused).toBe(
      `${dataDir} is in use by process ${process.pid}: stop that process first, or set another DATA_DIR`,
    );
    expect(runningPostgres(dataDir)).toEqual({ url: server!.url, pid: process.pid });
    await server!.stop();
    expect(runningPostgres(dataDir)).toBeUndefined();
  });

  it('is adopted with its server when its owner was killed', async () => {
    const owner = await startOwner(dataDir);
    await queryOn(owner.url!, `insert into beans values ('robusta')`);
    const pid = serverIn(dataDir);
    await kill(owner.child);
    const newOwner = await start();
    expect(newOwner.how).toBe('adopted');
    expect(serverIn(dataDir)).toBe(pid);
    expect(await queryOn(newOwner.url, 'select kind from beans order by 1')).toEqual([
      { kind: 'arabica' },
      { kind: 'robusta' },
    ]);
    await newOwner.stop();
    expect(isAlive(pid!)).toBe(false);
  });

  it('is taken over by one of three processes that start at the same time', async () => {
    const owner = await startOwner(dataDir);
    await kill(owner.child);
    const newOwners = await Promise.all([startOwner(dataDir), startOwner(dataDir), startOwner(dataDir)]);
    expect(newOwners.filter(({ how }) => how === 'adopted')).toHaveLength(1);
    expect(newOwners.filter(({ refused }) => refused?.includes('is in use'))).toHaveLength(2);
    const newOwner = newOwners.find(({ how }) => how)!.child;
    const gone = once(newOwner, 'exit');
    newOwner.kill('SIGTERM');
    expect((await gone)[0]).toBe(0);
    expect(serverIn(dataDir)).toBeUndefined();
  });

  it('recovers when owner and server were both killed', async () => {
    const owner = await startOwner(dataDir);
    await queryOn(owner.url!, `insert into beans values ('excelsa')`);
    const pid = serverIn(dataDir)!;
    await kill(owner.child);
    process.kill(pid, 'SIGKILL');
    const { how, url } = await start();
    expect(how).toBe('started');
    expect(await queryOn(url, `select kind from beans where kind = 'excelsa'`)).toHaveLength(1);
  });

  it('can be used in spite of an old pid file that names another process', async () => {
    await (await start()).stop();
    const lines = [process.pid, join(dataDir, 'postgres'), 1, 5432, '.', '', '', 'ready'];
    writeFileSync(join(dataDir, 'postgres/postmaster.pid'), `${lines.join('\n')}\n`);
    expect((await start()).how).toBe('started');
  });

  it('has no owner if a new process has the process number of the dead owner', async () => {
    writeFileSync(join(dataDir, 'owner.json'), JSON.stringify({ pid: process.ppid, startedAt: 'long ago' }));
    expect((await start()).how).toBe('started');
  });

  it('gets a new password when the old password is lost', async () => {
    rmSync(join(dataDir, 'postgres.json'));
    const { url } = await start();
    expect(await queryOn(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('If the path of the folder is too long for a socket', () => {
  it('the server listens on a free loopback port', async () => {
    dataDir = join(folder(), 'a'.repeat(100));
    const { url } = await start();
    expect(new URL(url).search).toBe('');
    expect(await queryOn(url, 'select inet_server_addr()::text as at')).toEqual([{ at: '127.0.0.1/32' }]);
  });
});

const asRoot = process.getuid?.() === 0 && process.platform === 'linux' ? describe : describe.skip;

asRoot('As root', () => {
  it('the shop runs Postgres as another user, even in a folder that this user cannot enter', async () => {
    const closed = folder(); // root owns this folder, with mode 0700
    expect(statSync(closed).mode & 0o777).toBe(0o700);
    dataDir = join(closed, '.data');
    const { url } = await start();
    const pid = serverIn(dataDir)!;
    expect(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]).not.toBe('0');
    expect(await queryOn(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server!.stop();
    expect((await start()).how).toBe('started');
  });
});
