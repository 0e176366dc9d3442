import { existsSync } from 'node:fs';
import { Option, SubCommand } from 'nest-commander';
import { checkOrderEvidence } from '#ordering/evidence/order-evidence.config';
import { isFurnished, readConfig } from '#platform/config';
import { publicKeyIn, SealKey, TrustedKeys } from '#platform/event-store';
import { textIn, wrong } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { EXIT, print, printJson } from '../output';

interface VerifyOptions extends JsonOption {
  readonly publicKey?: TrustedKeys;
}

@SubCommand({
  name: 'verify-evidence',
  arguments: '<file>',
  description: 'check an evidence file, offline; exit code 1 where it is refused',
})
export class VerifyEvidenceCommand extends JsonCommand {
  async run([file]: string[], { json, publicKey }: VerifyOptions): Promise<void> {
    const text = textIn(file);
    const keys = publicKey ?? ownKeys();
    const checked = checkOrderEvidence(text, keys);
    if ('refusal' in checked) {
      const { refusal, message } = checked;
      const trusted = keys.all.map(({ id }) => id);
      if (json) printJson({ valid: false, refusal, reason: message, trusted });
      else print(`refused: ${message}${refusal === 'untrusted' ? `; trusted is ${trusted.join(', ')}` : ''}`);
      process.exitCode = EXIT.failed;
      return;
    }
    const { document, events, keyIds } = checked;
    const sealedThrough = Math.max(...document.seals.map(({ position }) => position));
    if (json)
      return printJson({ valid: true, orderId: document.orderId, events: events.length, sealedThrough, keyIds });
    print(
      `order ${document.orderId}: all ${events.length} events are as they were sealed, signed with ${keyIds.join(', ')}`,
    );
  }

  @Option({
    flags: '--public-key <file|hex>',
    description: 'the key to trust, known from elsewhere; those of this shop by default',
  })
  parsePublicKey(text: string): TrustedKeys {
    try {
      return new TrustedKeys([publicKeyIn(existsSync(text) ? textIn(text) : text)]);
    } catch {
      throw wrong('--public-key must be 64 hex digits, or a file with them or with a PEM of an Ed25519 key.');
    }
  }
}

function ownKeys(): TrustedKeys {
  if (!isFurnished()) throw wrong('There is no shop here whose keys could be trusted: give --public-key.');
  const { sealSigningKey, sealFormerKeys } = readConfig();
  return new SealKey(sealSigningKey, sealFormerKeys).trusted;
}
