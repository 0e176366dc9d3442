import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';

import type { Uuid } from '#kernel';

import { Sales } from '../count-sales/sales.store';
import { Availability } from '../keep-availability/availability.store';
import { Forget } from './forget.adapter';

/** What need not be on the shelf at once, brought there every few seconds by whoever heard of it. */
@Injectable()
export class ShelfTidier {
  private readonly log = new Logger(ShelfTidier.name);
  private again = new Set<Uuid>();
  private sold = true; // what was counted before a restart is shown after it

  constructor(
    private readonly availability: Availability,
    private readonly sales: Sales,
    private readonly forget: Forget,
  ) {}

  lookAgain(productId: Uuid): void {
    this.again.add(productId);
  }

  salesChanged(): void {
    this.sold = true;
  }

  @Interval(3_000)
  async tidy(): Promise<void> {
    const [again, sold] = [this.again, this.sold];
    this.again = new Set();
    this.sold = false;
    try {
      const turned = again.size > 0 ? await this.availability.settle([...again]) : [];
      if (turned.length > 0) this.forget.stock(turned, true);
      if (sold && (await this.sales.show())) this.forget.sales();
    } catch (error) {
      for (const id of again) this.again.add(id);
      this.sold ||= sold;
      this.log.warn({ message: 'the shelf is tidied later', error });
    }
  }
}
