import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Option, SubCommand } from 'nest-commander';
import { checkExport, type TrustedKeys } from '#event-store';
import { invalidArgument } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { EXIT, print, printJson } from '../output';
import { readOwnKeys, parseTrustedKeys } from './trusted-keys';

interface VerifyOptions extends JsonOption {
  readonly publicKey?: TrustedKeys;
}

@SubCommand({
  name: 'verify-export',
  arguments: '<file>',
  description: 'check an export of the log offline; exit code 1 if it is refused',
})
export class VerifyExportCommand extends JsonCommand {
  async run([file]: string[], { json, publicKey }: VerifyOptions): Promise<void> {
    if (!existsSync(file)) throw invalidArgument(`There is no file ${file} that can be read.`);
    const keys = publicKey ?? readOwnKeys();
    const checked = await checkExport(
      createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity }),
      keys,
    );
    if ('refusal' in checked) {
      const { refusal, message } = checked;
      process.exitCode = EXIT.failed;
      if (json) return printJson({ valid: false, refusal, reason: message, trusted: keys.all.map(({ id }) => id) });
      return print(`refused: ${message}`);
    }
    if (json) return printJson({ valid: true, ...checked });
    const { events, from, to, sealedThrough, keyIds, remarks } = checked;
    print(`${events} events, positions ${from} to ${to}, are unchanged; sealed up to ${sealedThrough}, signed with ${keyIds.join(', ')}`); // prettier-ignore
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
