import { canonicalJson, netstrings } from '#platform/canonical';
import { isMacOf, type MacKey } from '#platform/macs';
import type { AuditVerification } from './verification';

/** A stored row, with its MAC. */
export interface StoredAuditVerification extends AuditVerification {
  /** When the verification began, in microseconds since 1970. */
  readonly micros: string;
  readonly mac: Buffer | null;
}

type WithoutMac = Omit<StoredAuditVerification, 'mac'>;

const macText = ({ id, micros, result }: WithoutMac): string =>
  netstrings(['coffee-tea.audit-verification.1', id, micros, result ? canonicalJson(result) : '']);

/** The MAC covers the id, start and result of the verification. A running verification has no result yet. */
export const verificationMac = (key: MacKey, row: WithoutMac): Buffer => key.of(macText(row));

export const isMacRight = (key: MacKey, row: StoredAuditVerification): boolean =>
  isMacOf(key, () => macText(row), row.mac);
