import type { Erasure } from '#identity/erase-person/erasure';
import { print, printJson, printTable } from '../output';

export function printErasure(erasure: Erasure, json: boolean | undefined): void {
  if (json) return printJson(erasure);
  print(`erasure ${erasure.id} of ${erasure.kind} ${erasure.subject}: ${erasure.state}`);
  printTable(
    ['context', 'forgotten'],
    erasure.contexts.map(({ name, at }) => [name, at]),
  );
  if (erasure.state === 'under-way') print('The contexts erase their part within seconds, when the shop is open.');
}
