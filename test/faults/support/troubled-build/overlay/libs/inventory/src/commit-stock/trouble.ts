import { readFileSync } from 'node:fs';

/** Hangs, throws or does nothing, as the file that TROUBLE names says (`hang`, `throw`). */
export async function trouble(): Promise<void> {
  const what = readFileSync(process.env['TROUBLE'] as string, 'utf8').trim();
  if (what === 'hang') await new Promise(() => undefined);
  if (what === 'throw') throw new Error('trouble with the stock');
}
