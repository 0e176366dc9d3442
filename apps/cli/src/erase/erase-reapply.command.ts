import { Option, SubCommand } from 'nest-commander';
import { ReapplyErasures } from '#identity/erase-person/reapply-erasures.command';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { print, printJson } from '../output';
import { OTHER_CONTEXTS_ERASE_LATER } from './print-erasure';

interface ReapplyOptions extends JsonOption {
  readonly all?: boolean;
}

@SubCommand({
  name: 'reapply',
  description:
    'erase people again whose data came back with a restored backup; the file ERASED_SUBJECTS_FILE lists all erased people',
})
export class EraseReapplyCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { json, all }: ReapplyOptions): Promise<void> {
    const result = await this.opener.withShop((shop) => shop.execute(new ReapplyErasures(all === true)));
    if (json) return printJson(result);
    const { listed: listedCount, again: erasedAgain } = result;
    print(`${erasedAgain.length} of ${listedCount} people in the file of erased people were erased again`);
    if (erasedAgain.length > 0) print(`Their keys and accounts are deleted. ${OTHER_CONTEXTS_ERASE_LATER}`);
  }

  @Option({
    flags: '--all',
    description: 'erase all people in the file again, even those whose data does not seem to have come back',
  })
  parseAll(): boolean {
    return true;
  }
}
