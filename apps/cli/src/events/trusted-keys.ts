import { existsSync } from 'node:fs';
import { isFurnished, readConfig } from '#platform/config';
import { publicKeyIn, SealKey, TrustedKeys } from '#event-store';
import { textIn, wrong } from '../arguments';

/** A public key that the operator knows already, as hex or in a file. */
export function trustedIn(text: string): TrustedKeys {
  try {
    return new TrustedKeys([publicKeyIn(existsSync(text) ? textIn(text) : text)]);
  } catch {
    throw wrong('--public-key must be 64 hex digits, or a file with them or with a PEM of an Ed25519 key.');
  }
}

export function ownKeys(): TrustedKeys {
  if (!isFurnished()) throw wrong('There is no shop on this machine whose keys could be trusted: give --public-key.');
  const { sealSigningKey, sealFormerKeys } = readConfig();
  return new SealKey(sealSigningKey, sealFormerKeys).trusted;
}
