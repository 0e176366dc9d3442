import { Command } from 'nest-commander';
import { seed } from '#platform/serve';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { print, printJson } from '../output';

@Command({ name: 'seed', description: 'create the admin, and the demo data if SEED_DEMO is true' })
export class SeedCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { json }: JsonOption): Promise<void> {
    await this.opener.withShop((shop) => shop.runAudited('seed', [], null, () => seed(shop.app)));
    if (json) printJson({ seeded: true });
    else print('seeded');
  }
}
