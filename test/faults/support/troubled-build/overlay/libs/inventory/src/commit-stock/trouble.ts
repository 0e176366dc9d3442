import { readFileSync } from 'node:fs';

/** Reads the file that TROUBLE names. Hangs if its text is `hang`, throws if it is `throw`, and otherwise does nothing. */
export async function trouble(): Promise<void> {
  const what = readFileSync(process.env['TROUBLE'] as string, 'utf8').trim();
  if (what === 'hang') await new Promise(() => undefined);
  if (what === 'throw') throw new Error('trouble with the stock');
}
