import { SubCommand } from 'nest-commander';
import { readConfig } from '#platform/config';
import { SealKey } from '#event-store';
import { JsonCommand, type JsonOption } from '../json-option';
import { printJson, printTable } from '../output';

@SubCommand({
  name: 'public-key',
  description: 'the public keys for the seals and the evidence of this shop, the current key first',
})
export class PublicKeyCommand extends JsonCommand {
  async run(_: string[], { json }: JsonOption): Promise<void> {
    const { sealSigningKey, sealFormerKeys } = readConfig();
    const key = new SealKey(sealSigningKey, sealFormerKeys);
    const keys = key.trusted.all.map((one) => ({ ...one, current: one.id === key.id }));
    if (json) return printJson({ keys });
    printTable(
      ['id', 'public key', 'use'],
      keys.map(({ id, publicKey, current }) => [id, publicKey, current ? 'current' : 'former']),
    );
  }
}
