import { Command } from 'nest-commander';
import { pendingMigrations } from '#database';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener, type Shop } from '../shop-opener';
import { print, printJson } from '../output';

@Command({ name: 'migrate', description: 'run the migrations that are missing' })
export class MigrateCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { json }: JsonOption): Promise<void> {
    const readState = async ({ config, ran, newer }: Shop) => ({
      ran,
      pending: await pendingMigrations(config),
      newer,
    });
    const { ran, pending, newer } = await this.opener.withShop(readState, { migrates: true });
    if (json) return printJson({ ran, pending, newer });
    for (const [context, names] of Object.entries(newer))
      print(`this build is older than the database of ${context} (${names.join(', ')}), but it may still work with it`);
    const counts = Object.entries(ran).map(([context, count]) => `${context} ${count}`);
    if (counts.length > 0) print(`migrations that ran: ${counts.join(', ')}`);
    print('the database is up to date');
  }
}
