import { DomainError } from '#kernel';
import { ConfigError } from '#platform/config';

const NOBODY_READS: readonly unknown[] = ['EPIPE', 'ERR_STREAM_DESTROYED'];

/** With `| head` the reader closes the pipe first. The command still runs to its end; the rest of its output is lost. */
export function allowClosedOutput(output: NodeJS.WritableStream): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (!NOBODY_READS.includes(error.code)) throw error;
  });
}

/** 0: done · 1: it failed, or what was checked does not hold · 2: wrong arguments, or it does not exist. */
export const EXIT = { failed: 1, wrong: 2 } as const;

export const print = (text: string): void => void process.stdout.write(`${text}\n`);

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

type Cell = string | number | null | undefined;

/** Columns as wide as their widest cell. */
export function printTable(head: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => (cell === null || cell === undefined ? '–' : String(cell))),
  );
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  for (const row of cells)
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
}

/** Says what went wrong in one line, and answers the exit code for it. */
export function failure(error: unknown): number {
  const name = (error as { code?: string }).code;
  if (name === 'commander.helpDisplayed' || name === 'commander.help' || name === 'commander.version') return 0;
  if (typeof name === 'string' && name.startsWith('commander.')) return EXIT.wrong; // and has been said
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${text}\n`);
  if (error instanceof DomainError)
    for (const { field, message } of error.details) process.stderr.write(`  ${field} ${message}\n`);
  return error instanceof DomainError || error instanceof ConfigError ? EXIT.wrong : EXIT.failed;
}
