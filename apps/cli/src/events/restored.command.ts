import { SubCommand } from 'nest-commander';
import { SealRepair, toldOf } from '#event-store';
import { Operator } from '../operator';
import { print, printJson } from '../output';
import { StatedCommand, type StatedOptions } from './stated-options';

@SubCommand({
  name: 'restored',
  description: 'declare that a backup was restored; the gap is signed, and every later verification reports it',
})
export class RestoredCommand extends StatedCommand {
  constructor(private readonly operator: Operator) {
    super();
  }

  async run(_: string[], options: StatedOptions): Promise<void> {
    const stated = this.stated(options);
    const record = await this.operator.work((shop) =>
      shop.change('eventsRestored', [], stated.reason, () =>
        shop.app.get(SealRepair, { strict: false }).acceptRestoredBackup(stated),
      ),
    );
    if (options.json) return printJson({ record });
    print(toldOf(record));
    print('The shop can be started again. Other instances read this from the database.');
  }
}
