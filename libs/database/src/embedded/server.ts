import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { commandOf, isAlive, processesIn } from './processes';

export interface PidFile {
  readonly pid: number;
  readonly ready: boolean;
}

/** Reads the server's pid file. Line 1 has the process number, line 8 the state. */
export function readPidFile(directory: string): PidFile | undefined {
  try {
    const lines = readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    return pid > 0 ? { pid, ready: lines[7]?.trim() === 'ready' } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The server that runs on the directory, if there is one. After a power failure, an old pid file can name a process
 * that is not Postgres. Postgres would then refuse to start, so the file is removed if no process works in the
 * directory.
 */
export function serverOn(directory: string): PidFile | undefined {
  const file = readPidFile(directory);
  if (!file) return undefined;
  if (isAlive(file.pid) && isPostgresOn(directory, file.pid)) return file;
  if (processesIn(directory).length === 0) rmSync(join(directory, 'postmaster.pid'), { force: true });
  return undefined;
}

const isPostgresOn = (directory: string, pid: number) =>
  process.platform === 'linux' ? processesIn(directory).includes(pid) : commandOf(pid).includes(directory);

export async function until(settled: () => boolean, milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (!settled()) {
    if (performance.now() > end) return false;
    await pause(10);
  }
  return true;
}

const FAST = 'SIGINT';
const IMMEDIATE = 'SIGQUIT';

/**
 * Asks the server to end all sessions and to write everything to the disk. If that takes too long, the server is killed
 * and recovers at its next start.
 */
export async function stopServer(pid: number, timeoutMs = 20_000): Promise<void> {
  const gone = () => !isAlive(pid);
  for (const [signal, time] of [
    [FAST, timeoutMs],
    [IMMEDIATE, 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    // prettier-ignore
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    if (await until(gone, time)) return;
  }
}
