import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../libs/database/src/embedded/processes';
import { eventually } from '../support/eventually';

jest.setTimeout(120_000);

const ROOT = join(__dirname, '..', '..');

describe('A signal while the shop starts', () => {
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  const startApi = () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'shop-early-'));
    folders.push(dataDir);
    const child = spawn(process.execPath, [join(ROOT, 'scripts', 'start.mjs'), 'api'], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', LOG_LEVEL: 'error', DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const ended = once(child, 'exit').then(([code]) => code as number | null);
    return { child, ended, dataDir, printed: () => printed };
  };
  const databasePidIn = (dataDir: string): number =>
    (JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as { pid: number }).pid;

  it('stops the database that was already started, and exits with code 0', async () => {
    const { child, ended, dataDir, printed } = startApi();
    await eventually(async () => expect(printed()).toMatch(/migrations ran/), 90_000);
    const databasePid = databasePidIn(dataDir);
    expect(isAlive(databasePid)).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(isAlive(databasePid)).toBe(false);
    expect(printed()).not.toMatch(/cannot start|\n\s+at /);
  });

  it('waits for the database that is being created, so that this database is stopped too', async () => {
    const { child, ended, dataDir } = startApi();
    await eventually(async () => expect(existsSync(join(dataDir, 'postgres.json'))).toBe(true), 90_000);
    const databasePid = databasePidIn(dataDir);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(isAlive(databasePid)).toBe(false);
  });
});
