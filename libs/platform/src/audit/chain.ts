import { hash } from 'node:crypto';
import { ORIGIN, type SealKey } from '#event-store';
import { netstrings } from '#platform/canonical';

/** One line of the trail or one outcome, with the canonical text of its values. */
export interface ChainRow {
  readonly kind: 'entry' | 'outcome';
  readonly id: string;
  readonly text: string;
}

export interface ChainEnd {
  readonly position: number;
  readonly hash: string;
}

/** One signed part of the chain: the positions after `after`, up to and including `position`. */
export interface ChainSeal {
  readonly position: number;
  readonly after: number;
  readonly hash: string;
  readonly keyId: string;
  readonly sealedAt: Date;
  readonly signature: string;
}

export const CHAIN_START: ChainEnd = { position: 0, hash: ORIGIN };

/** The SHA-256 hash of a row and of the hash of the previous row. */
export const hashOfRow = (previous: string, position: number, { kind, id, text }: ChainRow): string =>
  hash('sha256', netstrings(['coffee-tea.audit-chain.1', previous, position, kind, id, text]));

type Unsigned = Omit<ChainSeal, 'keyId' | 'signature'>;

const signedText = ({ after, position, hash: end, sealedAt }: Unsigned, keyId: string, previous: string): string =>
  netstrings(['coffee-tea.audit-seal.1', keyId, previous, after, position, end, sealedAt.getTime()]);

/**
 * Signs with the key that also seals the events. `previous` is the signature of the previous seal. It is a part of the
 * signed text, so that a removed seal is noticed.
 */
export const sealChain = (key: SealKey, seal: Unsigned, previous: string): ChainSeal => ({
  ...seal,
  keyId: key.id,
  signature: key.signText(signedText(seal, key.id, previous)),
});

export const isValidChainSeal = (key: SealKey, seal: ChainSeal, previous: string): boolean =>
  key.trusted.signed(seal.keyId, signedText(seal, seal.keyId, previous), seal.signature);
