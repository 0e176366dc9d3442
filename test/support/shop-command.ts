import { spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

export interface Printed {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the compiled command line like `npm run shop -- …`, but without npm. */
export function shopCommand(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Printed> {
  const child = spawn(process.execPath, ['dist/apps/cli/src/main.js', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}
