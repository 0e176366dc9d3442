import { Option, SubCommand } from 'nest-commander';
import { checkOrderEvidence } from '#ordering/evidence/order-evidence.config';
import { toldOf, type TrustedKeys } from '#event-store';
import { readTextFile } from '../arguments';
import { readOwnKeys, parseTrustedKeys } from '../events/trusted-keys';
import { JsonCommand, type JsonOption } from '../json-option';
import { EXIT, print, printJson } from '../output';

interface VerifyOptions extends JsonOption {
  readonly publicKey?: TrustedKeys;
}

@SubCommand({
  name: 'verify-evidence',
  arguments: '<file>',
  description: 'check an evidence file offline; exit code 1 if it is refused',
})
export class VerifyEvidenceCommand extends JsonCommand {
  async run([file]: string[], { json, publicKey }: VerifyOptions): Promise<void> {
    const text = readTextFile(file);
    const keys = publicKey ?? readOwnKeys();
    const checked = checkOrderEvidence(text, keys);
    if ('refusal' in checked) {
      const { refusal, message } = checked;
      const trusted = keys.all.map(({ id }) => id);
      if (json) printJson({ valid: false, refusal, reason: message, trusted });
      else print(`refused: ${message}${refusal === 'untrusted' ? `; the trusted keys are ${trusted.join(', ')}` : ''}`);
      process.exitCode = EXIT.failed;
      return;
    }
    const { document, events, keyIds } = checked;
    const sealedThrough = Math.max(...document.seals.map(({ position }) => position));
    const remarks = (document.records ?? []).map(toldOf);
    if (json)
      return printJson({
        valid: true,
        orderId: document.orderId,
        events: events.length,
        sealedThrough,
        keyIds,
        remarks,
      });
    print(
      `order ${document.orderId}: all ${events.length} events are as they were sealed, signed with ${keyIds.join(', ')}`,
    );
    for (const text of remarks) print(`note: ${text}`);
  }

  @Option({
    flags: '--public-key <file|hex>',
    description: 'the key to trust; by default the keys of this shop',
  })
  parsePublicKey(text: string): TrustedKeys {
    return parseTrustedKeys(text);
  }
}
