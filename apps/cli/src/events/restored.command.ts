import { SubCommand } from 'nest-commander';
import { SealRepair, describeSealRecord } from '#event-store';
import { ShopOpener } from '../shop-opener';
import { print, printJson } from '../output';
import { DeclarationCommand, type DeclarationOptions } from './declaration-command';

@SubCommand({
  name: 'restored',
  description:
    'declare that a backup was restored: a signed record says up to which position the log was sealed before, and up to which position the backup is sealed. Later verifications report this record',
})
export class RestoredCommand extends DeclarationCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], options: DeclarationOptions): Promise<void> {
    const declaration = this.declarationFrom(options);
    const record = await this.opener.withShop((shop) =>
      shop.runAudited('eventsRestored', [], declaration.reason, () =>
        shop.app.get(SealRepair, { strict: false }).acceptRestoredBackup(declaration),
      ),
    );
    if (options.json) return printJson({ record });
    print(describeSealRecord(record));
    print('The shop can be started again. All instances read this declaration from the database.');
  }
}
