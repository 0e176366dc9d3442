import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json';
import { netstrings } from './netstrings';
import type { SealKey } from './seal-key';
import type { PublicKey } from './trusted-keys';

/** An event as it was hashed, and its way to the root of its seal. */
export interface ProvedEvent {
  /** Tag, hash before, position, id, stream, version, type, schema version, data, metadata, microseconds: see chain.ts. */
  readonly fields: readonly string[];
  /** SHA-256 over the fields as netstrings. */
  readonly hash: string;
  /** The position of the seal that covers it. */
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
  /** The signature of the seal before, which this one covers; empty before the first. */
  readonly previous: string;
}

/** What a stranger needs to check that a stream's events are what was sealed. */
export interface StreamProof {
  readonly events: readonly ProvedEvent[];
  readonly seals: readonly ProvedSeal[];
  /** For comparison only: nobody should trust a key because it came along. */
  readonly keys: readonly PublicKey[];
}

/** What the signature under a document covers: everything else in it. */
export const attested = (keyId: string, document: object): string =>
  netstrings(['coffee-tea.evidence.1', keyId, createHash('sha256').update(canonicalJson(document)).digest('hex')]);

/** A document as one line of canonical JSON, signed as a whole. */
export function attest(key: SealKey, document: object): string {
  const signature = { keyId: key.id, value: key.signText(attested(key.id, document)) };
  return `${canonicalJson({ ...document, signature })}\n`;
}
