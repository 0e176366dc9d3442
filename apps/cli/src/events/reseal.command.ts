import { SubCommand } from 'nest-commander';
import { SealRepair, describeSealRecord } from '#event-store';
import { ShopOpener } from '../shop-opener';
import { print, printJson } from '../output';
import { DeclarationCommand, type DeclarationOptions } from './declaration-command';

@SubCommand({
  name: 'reseal',
  description:
    'replace lost or false seals with new seals over the same hashes; the shop signs this decision, and every later verification reports it',
})
export class ResealCommand extends DeclarationCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], options: DeclarationOptions): Promise<void> {
    const declaration = this.declarationFrom(options);
    const record = await this.opener.withShop((shop) =>
      shop.runAudited('eventsReseal', [], declaration.reason, () =>
        shop.app.get(SealRepair, { strict: false }).reseal(declaration),
      ),
    );
    if (options.json) return printJson({ record });
    print(describeSealRecord(record));
  }
}
