import { readFileSync } from 'node:fs';

/** Reads the file that TROUBLE names. The text `hang` makes this function hang, and the text `throw` makes it throw. */
export async function trouble(): Promise<void> {
  const what = readFileSync(process.env['TROUBLE'] as string, 'utf8').trim();
  if (what === 'hang') await new Promise(() => undefined);
  if (what === 'throw') throw new Error('trouble with the stock');
}
