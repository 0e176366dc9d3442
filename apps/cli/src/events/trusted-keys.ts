import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Option } from 'nest-commander';
import { isShopSetUp, readConfig } from '#platform/config';
import { publicKeysIn, SealKey, TrustedKeys, type Refused } from '#event-store';
import { readTextFile, invalidArgument } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { EXIT, print, printJson } from '../output';

export interface TrustedKeysOption extends JsonOption {
  readonly publicKey?: readonly KeyObject[];
}

/**
 * A command that checks a file with public keys that the operator trusts. After the signing key of a shop was changed,
 * an older file also needs the former keys of the shop.
 */
export abstract class TrustedKeysCommand extends JsonCommand {
  @Option({
    flags: '--public-key <file|hex>',
    description:
      'a public key to trust, or a file with one or more keys; may be repeated, for example if the key was changed; by default the keys of this shop',
  })
  parsePublicKey(text: string, before: readonly KeyObject[] = []): readonly KeyObject[] {
    return [...before, ...parsePublicKeys(text)];
  }

  protected trustedKeys({ publicKey }: TrustedKeysOption): TrustedKeys {
    return publicKey ? new TrustedKeys(publicKey) : readOwnKeys();
  }

  protected printRefusal({ refusal, message }: Refused, keys: TrustedKeys, json = false): void {
    process.exitCode = EXIT.failed;
    const trusted = keys.all.map(({ id }) => id);
    if (json) return printJson({ valid: false, refusal, reason: message, trusted });
    const advice =
      refusal === 'untrusted'
        ? `; the trusted keys are ${trusted.join(', ')}. If the shop has changed its key, give --public-key once for each of its keys`
        : '';
    print(`refused: ${message}${advice}`);
  }
}

function parsePublicKeys(text: string): readonly KeyObject[] {
  try {
    return publicKeysIn(existsSync(text) ? readTextFile(text) : text);
  } catch {
    throw invalidArgument(
      '--public-key must be an Ed25519 key: 64 hex digits, or a file with such keys in hex or PEM.',
    );
  }
}

function readOwnKeys(): TrustedKeys {
  if (!isShopSetUp())
    throw invalidArgument('There is no shop on this machine, so there is no key to trust: give --public-key.');
  const { sealSigningKey, sealFormerKeys } = readConfig();
  return new SealKey(sealSigningKey, sealFormerKeys).trusted;
}
