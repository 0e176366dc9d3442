import { existsSync } from 'node:fs';
import { isFurnished, readConfig } from '#platform/config';
import { publicKeyIn, SealKey, TrustedKeys } from '#event-store';
import { readTextFile, invalidArgument } from '../arguments';

/** A public key that the operator knows already, as hex or in a file. */
export function parseTrustedKeys(text: string): TrustedKeys {
  try {
    return new TrustedKeys([publicKeyIn(existsSync(text) ? readTextFile(text) : text)]);
  } catch {
    throw invalidArgument(
      '--public-key must be an Ed25519 key: 64 hex digits, or a file with the hex digits or a PEM.',
    );
  }
}

export function readOwnKeys(): TrustedKeys {
  if (!isFurnished())
    throw invalidArgument('There is no shop on this machine, so there is no key to trust: give --public-key.');
  const { sealSigningKey, sealFormerKeys } = readConfig();
  return new SealKey(sealSigningKey, sealFormerKeys).trusted;
}
