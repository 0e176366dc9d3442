import type { MacKey } from '#platform/macs';
import { canonicalJson, netstrings } from '#platform/canonical';

/** A line of a journal, as its MAC covers it. */
export interface Line {
  /** Schema and table, so that a line of one journal is not valid in another. */
  readonly journal: string;
  /** Which line of the journal it is, and what it is about. */
  readonly identity: readonly (string | number)[];
  /** All other content of the line, as JSON. */
  readonly told: object;
}

const form = ({ journal, identity, told }: Line): string =>
  netstrings(['coffee-tea.journal-line.1', journal, ...identity, canonicalJson(told)]);

export const lineMac = (key: MacKey, line: Line): Buffer => key.of(form(line));

/** Whether a process with the key wrote the line, with exactly this content. */
export function lineHolds(key: MacKey, line: Line, mac: Uint8Array): boolean {
  try {
    return key.holds(form(line), mac);
  } catch (error) {
    if (error instanceof RangeError) return false; // the nesting exceeds the stack: the shop never wrote that
    throw error;
  }
}
