import { createHash } from 'node:crypto';
import type { Slices } from '#platform/system';
import { canonicalJson, netstrings } from '#platform/canonical';
import type { SealKey } from '../seals/seal-key';
import type { SealRecord } from '../seals/seal-records';
import type { PublicKey } from '../seals/trusted-keys';

/** An event as it was hashed, with its Merkle path to the root of its seal. */
export interface ProvedEvent {
  /**
   * Tag, hash before, position, id, stream, version, type, schema version, data, metadata, microseconds: see chain.ts.
   */
  readonly fields: readonly string[];
  /** SHA-256 over the fields as netstrings. */
  readonly hash: string;
  /** The position of the seal that covers the event. */
  readonly seal: number;
  /** The Merkle path of RFC 6962 from the hash to the seal's root, from the leaf up. */
  readonly path: readonly string[];
}

export interface ProvedSeal {
  readonly position: number;
  readonly after: number;
  readonly root: string;
  readonly hash: string;
  readonly keyId: string;
  /** Milliseconds since 1970. */
  readonly sealedAt: number;
  readonly signature: string;
  /** The signature of the seal before, which this seal covers; empty for the first seal. */
  readonly previous: string;
}

/** A record about the seals, with the signature of the record before it. */
export interface ProvedRecord extends SealRecord {
  readonly previous: string;
}

/** Proves to a person outside the shop that the events of a stream were sealed in this form. */
export interface StreamProof {
  readonly events: readonly ProvedEvent[];
  readonly seals: readonly ProvedSeal[];
  /**
   * The public keys of the seals, only for comparison with trusted keys. Never trust a key only because a proof
   * contains it.
   */
  readonly keys: readonly PublicKey[];
  /**
   * The records about restored backups and repaired seals, if there are any. A reader of the proof has to know about
   * them.
   */
  readonly records?: readonly ProvedRecord[];
}

/** The text that is signed: it covers the whole document except the signature. */
export const evidenceText = (keyId: string, document: object): string => evidenceTextOf(keyId, canonicalJson(document));

const evidenceTextOf = (keyId: string, text: string): string =>
  netstrings(['coffee-tea.evidence.1', keyId, createHash('sha256').update(text).digest('hex')]);

/** A document as one line of canonical JSON, signed as a whole. */
export function attest(key: SealKey, document: object): string {
  const signature = { keyId: key.id, value: key.signText(evidenceText(key.id, document)) };
  return `${canonicalJson({ ...document, signature })}\n`;
}

/** Like `attest`, for a long document: its lists are serialized in slices, so that other work can run in between. */
export async function attestInSlices(key: SealKey, document: object, slices: Slices): Promise<string> {
  const parts = new Map<string, string>();
  for (const [name, value] of Object.entries(document)) {
    if (!Array.isArray(value)) parts.set(name, canonicalJson(value));
    else parts.set(name, `[${(await slices.map(value, (item) => canonicalJson(item ?? null))).join(',')}]`);
  }
  const canonicalText = (): string =>
    `{${[...parts.keys()]
      .sort()
      .map((name) => `${JSON.stringify(name)}:${parts.get(name)}`)
      .join(',')}}`;
  const signature = { keyId: key.id, value: key.signText(evidenceTextOf(key.id, canonicalText())) };
  parts.set('signature', canonicalJson(signature));
  return `${canonicalText()}\n`;
}
