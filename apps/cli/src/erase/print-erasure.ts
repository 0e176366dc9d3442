import type { Erasure } from '#identity/erase-person/erasure';
import { print, printJson, printTable } from '../output';

/** What is still to be done after the steps of the command itself. */
export const CONTEXTS_FOLLOW =
  'The other contexts delete the personal data that they hold within seconds if the application is running, or else after its next start.';

export function printErasure(erasure: Erasure, json: boolean | undefined): void {
  if (json) return printJson(erasure);
  print(`erasure ${erasure.id} of ${erasure.kind} ${erasure.subject}: ${erasure.state}`);
  printTable(
    ['context', 'forgotten'],
    erasure.contexts.map(({ name, at }) => [name, at]),
  );
  if (erasure.state === 'under-way') print(CONTEXTS_FOLLOW);
}
