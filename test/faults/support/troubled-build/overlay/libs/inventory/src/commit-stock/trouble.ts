import { readFileSync } from 'node:fs';

/** Does to whoever awaits it what the file TROUBLE says: `hang`, `throw`, or nothing. */
export async function trouble(): Promise<void> {
  const what = readFileSync(process.env['TROUBLE'] as string, 'utf8').trim();
  if (what === 'hang') await new Promise(() => undefined);
  if (what === 'throw') throw new Error('trouble with the stock');
}
