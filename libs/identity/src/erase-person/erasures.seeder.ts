import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Seeder } from '#platform/serve';
import { ReapplyErasures } from './reapply-erasures.command';

/** If a restored backup contains erased data, deletes the data before the shop accepts requests. */
@Injectable()
export class ErasuresSeeder extends Seeder {
  override readonly always = true;
  override readonly order = -1;

  constructor(private readonly commands: CommandBus) {
    super();
  }

  async seed(): Promise<void> {
    await this.commands.execute(new ReapplyErasures());
  }
}
