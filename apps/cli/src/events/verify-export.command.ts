import { createReadStream } from 'node:fs';
import { SubCommand } from 'nest-commander';
import { checkExportFile } from '#event-store';
import { openFile } from '../arguments';
import { print, printJson } from '../output';
import { TrustedKeysCommand, type TrustedKeysOption } from './trusted-keys';

@SubCommand({
  name: 'verify-export',
  arguments: '<file>',
  description: 'check an export of the log offline; exit code 1 if it is refused',
})
export class VerifyExportCommand extends TrustedKeysCommand {
  async run([file]: string[], options: TrustedKeysOption): Promise<void> {
    const fd = openFile(file);
    const keys = this.trustedKeys(options);
    const checked = await checkExportFile(createReadStream(file, { fd }) as AsyncIterable<Buffer>, keys);
    if ('refusal' in checked) return this.printRefusal(checked, keys, options.json);
    if (options.json) return printJson({ valid: true, ...checked });
    const { events, from, to, sealedThrough, keyIds, remarks } = checked;
    print(`${events} events, positions ${from} to ${to}, are unchanged; sealed up to ${sealedThrough}, signed with ${keyIds.join(', ')}`); // prettier-ignore
    for (const text of remarks) print(`note: ${text}`);
  }
}
