import type { Erasure } from '#identity/erase-person/erasure';
import { print, printJson, printTable } from '../output';

/** The command does not wait until the other contexts have erased their data. */
export const OTHER_CONTEXTS_ERASE_LATER =
  'The other contexts delete their personal data within seconds. If the application is not running, they do it after its next start.';

export function printErasure(erasure: Erasure, json: boolean | undefined): void {
  if (json) return printJson(erasure);
  print(`erasure ${erasure.id} of ${erasure.kind} ${erasure.subject}: ${erasure.state}`);
  printTable(
    ['context', 'erased at'],
    erasure.contexts.map(({ name, at }) => [name, at]),
  );
  if (erasure.state === 'under-way') print(OTHER_CONTEXTS_ERASE_LATER);
}
