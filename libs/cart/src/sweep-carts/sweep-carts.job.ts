import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Clock } from '#platform/system';
import { Carts } from '../model/carts.store';

const keptForDays = 30;
const batch = 500;
const day = 24 * 60 * 60 * 1000;

/**
 * Deletes carts that guests no longer use. Every instance runs this job, and skips rows that another instance locked.
 */
@Injectable()
export class SweepCarts {
  private readonly log = new Logger(SweepCarts.name);

  constructor(
    private readonly carts: Carts,
    private readonly clock: Clock,
  ) {}

  @Cron('23 3 * * *', { name: 'sweep-carts' })
  async sweep(): Promise<void> {
    try {
      const untouchedSince = new Date(this.clock.now().getTime() - keptForDays * day);
      let swept = 0;
      for (let more = batch; more > 0; swept += more) more = await this.carts.sweep(untouchedSince, batch);
      if (swept > 0) this.log.log(`deleted or emptied ${swept} carts that guests did not use for ${keptForDays} days`);
    } catch (error) {
      this.log.error('the unused carts of guests could not be deleted; the next attempt is tomorrow', error);
    }
  }
}
