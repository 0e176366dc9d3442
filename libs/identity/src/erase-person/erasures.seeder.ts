import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Seeder } from '#platform/serve';
import { ReapplyErasures } from './reapply-erasures.command';

/** Runs before the shop takes requests, so that nobody can read erased data that came back with a restored backup. */
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
