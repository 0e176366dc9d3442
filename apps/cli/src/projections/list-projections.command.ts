import { SubCommand } from 'nest-commander';
import { ListProjections } from '#ordering/projections/projections.query';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { printJson, printTable } from '../output';

@SubCommand({ name: 'list', description: 'the position and the state of every read model' })
export class ListProjectionsCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { json }: JsonOption): Promise<void> {
    const projections = await this.opener.withShop((shop) => shop.query(new ListProjections()));
    if (json) return printJson(projections);
    printTable(
      ['name', 'version', 'position', 'head', 'lag', 'state', 'set aside', 'drift', 'error'],
      projections.map(({ name, version, position, head, lag, state, setAside, drift, error }) => [
        ...[name, version, position, head, lag, state, setAside, drift, error],
      ]),
    );
  }
}
