import { isMacOf, type MacKey } from '#platform/macs';
import { canonicalJson, netstrings } from '#platform/canonical';

/** The content of a journal line that its MAC covers. */
export interface Line {
  /** Schema and table, so that a line of one journal is not valid in another. */
  readonly journal: string;
  /** The key of the line within the journal. */
  readonly identity: readonly (string | number)[];
  /** All other content of the line, as JSON. */
  readonly told: object;
}

/** The text that the MAC of a line covers. */
const macText = ({ journal, identity, told }: Line): string =>
  netstrings(['coffee-tea.journal-line.1', journal, ...identity, canonicalJson(told)]);

export const lineMac = (key: MacKey, line: Line): Buffer => key.of(macText(line));

/** True if a process with the key wrote the line with exactly this content. */
export const isLineMacValid = (key: MacKey, line: Line, mac: Uint8Array): boolean =>
  isMacOf(key, () => macText(line), mac);
