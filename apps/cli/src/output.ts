import { DomainError, type RefusalKind } from '#kernel';

const CLOSED_OUTPUT: readonly unknown[] = ['EPIPE', 'ERR_STREAM_DESTROYED'];

/** Ignores a closed pipe, for example with `| head`. The command still runs to its end. */
export function allowClosedOutput(output: NodeJS.WritableStream): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (!CLOSED_OUTPUT.includes(error.code)) throw error;
  });
}

/**
 * Exit codes. 0: success. 1: the command failed or was refused, or a check found problems. 2: the arguments are wrong,
 * or name something that does not exist.
 */
export const EXIT = { failed: 1, wrong: 2 } as const;

const WRONG_ARGUMENTS: readonly RefusalKind[] = ['invalid', 'not-found'];

export const print = (text: string): void => void process.stdout.write(`${text}\n`);

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

type Cell = string | number | null | undefined;

/** Prints a table. Each column is as wide as its widest cell. */
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

/** The text to print if a file that the arguments name cannot be used; undefined for other errors. */
function describeFileError({ syscall, path, code }: NodeJS.ErrnoException): string | undefined {
  if (syscall !== 'open' || path === undefined) return undefined;
  const why = { ENOENT: 'it or its folder does not exist', EACCES: 'access is denied', EISDIR: 'it is a folder' };
  return `The file ${path} cannot be used: ${why[code as keyof typeof why] ?? code}.`;
}

/** Prints the error, and returns the exit code for it. */
export function printFailure(error: unknown): number {
  const { code } = error as { code?: string };
  if (code === 'commander.helpDisplayed' || code === 'commander.help' || code === 'commander.version') return 0;
  if (typeof code === 'string' && code.startsWith('commander.')) return EXIT.wrong; // commander has printed the error
  const fileError = error instanceof Error ? describeFileError(error) : undefined;
  const text = fileError ?? (error instanceof Error ? error.message : String(error));
  process.stderr.write(`${text}\n`);
  if (error instanceof DomainError)
    for (const { field, message } of error.details) process.stderr.write(`  ${field} ${message}\n`);
  return error instanceof DomainError && WRONG_ARGUMENTS.includes(error.kind) ? EXIT.wrong : EXIT.failed;
}
