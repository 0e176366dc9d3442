import { SubCommand } from 'nest-commander';
import { checkOrderEvidence } from '#ordering/evidence/order-evidence.config';
import { describeSealRecord } from '#event-store';
import { readTextFile } from '../arguments';
import { TrustedKeysCommand, type TrustedKeysOption } from '../events/trusted-keys';
import { print, printJson } from '../output';

@SubCommand({
  name: 'verify-evidence',
  arguments: '<file>',
  description: 'check an evidence file offline; exit code 1 if it is refused',
})
export class VerifyEvidenceCommand extends TrustedKeysCommand {
  async run([file]: string[], options: TrustedKeysOption): Promise<void> {
    const text = readTextFile(file);
    const keys = this.trustedKeys(options);
    const checked = checkOrderEvidence(text, keys);
    if ('refusal' in checked) return this.printRefusal(checked, keys, options.json);
    const { document, events, keyIds } = checked;
    const sealedThrough = Math.max(...document.seals.map(({ position }) => position));
    const remarks = (document.records ?? []).map(describeSealRecord);
    if (options.json)
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
}
