import { createHash } from 'node:crypto';
import { canonicalJson, netstrings } from '#platform/canonical';
import type { SealKey } from './seal-key';
import type { TrustedKeys } from './trusted-keys';

/** A seal's position and signature, and the log's hash at that position. */
export interface SealPoint {
  readonly position: number;
  readonly signature: string;
  readonly hash: string;
}

interface DecisionDetails {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly who: string;
  readonly reason: string;
}

/** A process without a remembered end has accepted the end of the seals in the database. */
export interface Adopted extends DecisionDetails, SealPoint {
  readonly kind: 'adopted';
}

/**
 * A backup was restored. The seals after `kept`, up to and including `lost`, are lost. A person has taken
 * responsibility for the loss.
 */
export interface Restored extends DecisionDetails {
  readonly kind: 'restored';
  /** The end that was remembered, with the number of the newest record at that time. */
  readonly lost: SealPoint & { readonly record: number };
  /** The newest seal of the restored database. */
  readonly kept: SealPoint & { readonly count: number };
}

/**
 * Seals were lost or false. The positions after `after`, up to and including `position`, were sealed again over the
 * same hashes.
 */
export interface Resealed extends DecisionDetails, SealPoint {
  readonly kind: 'resealed';
  readonly after: number;
  readonly count: number;
  /** Seals after `position` that are void. */
  readonly voided: readonly number[];
  readonly causes: readonly string[];
}

/**
 * Records that the shop has not signed were declared void. The list is complete: it repeats the records that earlier
 * decisions of this kind declared void.
 */
export interface Disowned extends DecisionDetails {
  readonly kind: 'disowned';
  readonly disowned: readonly number[];
  /** One digest for each disowned record, so that no other record can take its place. */
  readonly digests: readonly string[];
}

export type Decision = Adopted | Restored | Resealed | Disowned;

/**
 * One record of a decision about the seals. After a backup was restored, some numbers can be missing, because their
 * records are lost too.
 */
export interface SealRecord {
  readonly number: number;
  /** A `Decision` in canonical JSON, as it was signed. */
  readonly body: string;
  readonly keyId: string;
  readonly signature: string;
}

const signedText = (keyId: string, number: number, previous: string, body: string): string =>
  netstrings(['coffee-tea.seal-record.1', keyId, previous, number, body]);

/** `previous` is the signature of the record before; empty for the first record. */
export function signRecord(key: SealKey, number: number, previous: string, decision: Decision): SealRecord {
  const body = canonicalJson(decision);
  return { number, body, keyId: key.id, signature: key.signText(signedText(key.id, number, previous, body)) };
}

export const isRecordValid = (keys: TrustedKeys, { number, body, keyId, signature }: SealRecord, previous: string) =>
  keys.signed(keyId, signedText(keyId, number, previous, body), signature);

export const parseDecision = ({ body }: SealRecord): Decision => JSON.parse(body) as Decision;

export const digestOf = ({ number, body, keyId, signature }: SealRecord): string =>
  createHash('sha256')
    .update(netstrings([number, keyId, signature, body]))
    .digest('hex');

export interface SortedRecords {
  /** Records that the shop has signed. Each signature covers the signature of the record before. */
  readonly ours: readonly SealRecord[];
  /** Records that the shop has not signed. */
  readonly foreign: readonly SealRecord[];
  /** The records of `foreign` that no later record of the shop declares void. */
  readonly foreignNotVoid: readonly SealRecord[];
}

/**
 * `previous` is the signature of the shop's last record before these records; empty if they begin with the first
 * record.
 */
export function sortRecords(keys: TrustedKeys, records: readonly SealRecord[], previous = ''): SortedRecords {
  const ours: SealRecord[] = [];
  const foreign: SealRecord[] = [];
  let foreignNotVoid: SealRecord[] = [];
  for (const record of records) {
    if (!isRecordValid(keys, record, ours.at(-1)?.signature ?? previous)) {
      foreign.push(record);
      foreignNotVoid.push(record);
      continue;
    }
    ours.push(record);
    const decision = parseDecision(record);
    if (decision.kind !== 'disowned') continue;
    const voidedDigests = new Set(decision.digests);
    foreignNotVoid = foreignNotVoid.filter((one) => !voidedDigests.has(digestOf(one)));
  }
  return { ours, foreign, foreignNotVoid };
}

export const notSignedMessage = ({ number }: SealRecord): string =>
  `record ${number} of the log of seals is not signed by this shop`;

/** The decision of the record in one sentence for people. */
export function describeSealRecord(record: SealRecord): string {
  const decision = parseDecision(record);
  const by = `${new Date(decision.at).toISOString()} by ${decision.who}: ${decision.reason}`;
  switch (decision.kind) {
    case 'adopted':
      return `no seal was remembered, so it was accepted that the database is sealed up to ${decision.position}, ${by}`;
    case 'restored':
      return `a backup was restored: it is sealed up to ${decision.kept.position}, but the log had been sealed up to ${decision.lost.position}, ${by}`;
    case 'resealed':
      return `positions ${decision.after + 1} to ${decision.position} were sealed again, ${by}`;
    case 'disowned':
      return `records that this shop has not signed were declared void: ${decision.disowned.join(', ')}, ${by}`;
  }
}
