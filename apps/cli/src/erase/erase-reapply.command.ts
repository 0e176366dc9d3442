import { Option, SubCommand } from 'nest-commander';
import { ReapplyErasures } from '#identity/erase-person/reapply-erasures.command';
import { JsonCommand, type JsonOption } from '../json-option';
import { Operator } from '../operator';
import { print, printJson } from '../output';

interface ReapplyOptions extends JsonOption {
  readonly all?: boolean;
}

@SubCommand({ name: 'reapply', description: 'erase people again whose data came back with a restored backup' })
export class EraseReapplyCommand extends JsonCommand {
  constructor(private readonly operator: Operator) {
    super();
  }

  async run(_: string[], { json, all }: ReapplyOptions): Promise<void> {
    const done = await this.operator.withShop((shop) => shop.execute(new ReapplyErasures(all === true)));
    if (json) return printJson(done);
    print(`${done.again.length} of ${done.listed} people on the list were erased again`);
    if (done.again.length > 0) print('The contexts erase their part within seconds, when the shop is open.');
  }

  @Option({ flags: '--all', description: 'erase everybody on the list, even if no data seems to have come back' })
  parseAll(): boolean {
    return true;
  }
}
