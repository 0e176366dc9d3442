import { isMacOf, type MacKey } from '#platform/macs';
import { canonicalJson, netstrings } from '#platform/canonical';
import type { Verification } from './verification';

/** A row as it is stored. */
export interface StoredVerification extends Verification {
  /** When the verification began, in microseconds since 1970. */
  readonly micros: string;
  readonly mac: Buffer | null;
}

const macText = ({ id, cause, from, to, micros, result }: Omit<StoredVerification, 'mac'>): string =>
  netstrings(['coffee-tea.verification.1', id, cause, from, to ?? '', micros, result ? canonicalJson(result) : '']);

/**
 * The MAC covers the id, cause, range, start and result of the verification. A running verification has no result yet.
 */
export const verificationMac = (key: MacKey, row: Omit<StoredVerification, 'mac'>): Buffer => key.of(macText(row));

export const isMacRight = (key: MacKey, row: StoredVerification): boolean => isMacOf(key, () => macText(row), row.mac);
