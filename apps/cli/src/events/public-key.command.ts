import { SubCommand } from 'nest-commander';
import { readConfig } from '#platform/config';
import { SealKey } from '#platform/event-store';
import { JsonCommand, type JsonOption } from '../json-option';
import { printJson, printTable } from '../output';

@SubCommand({
  name: 'public-key',
  description: 'what seals and evidence of this shop are checked with, the present key first',
})
export class PublicKeyCommand extends JsonCommand {
  async run(_: string[], { json }: JsonOption): Promise<void> {
    const { sealSigningKey, sealFormerKeys } = readConfig();
    const key = new SealKey(sealSigningKey, sealFormerKeys);
    const keys = key.trusted.all.map((one) => ({ ...one, current: one.id === key.id }));
    if (json) return printJson({ keys });
    printTable(
      ['id', 'public key', ''],
      keys.map(({ id, publicKey, current }) => [id, publicKey, current ? 'signs' : 'signed before']),
    );
  }
}
