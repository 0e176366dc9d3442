import { Command } from 'nest-commander';
import { pendingMigrations } from '#platform/database';
import { JsonCommand, type JsonOption } from '../json-option';
import { Operator } from '../operator';
import { print, printJson } from '../output';

@Command({ name: 'migrate', description: 'bring the database up to date' })
export class MigrateCommand extends JsonCommand {
  constructor(private readonly operator: Operator) {
    super();
  }

  async run(_: string[], { json }: JsonOption): Promise<void> {
    const pending = await this.operator.work((shop) => pendingMigrations(shop.config));
    if (json) printJson({ pending });
    else print('the database is up to date');
  }
}
