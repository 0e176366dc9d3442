import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';

import type { Uuid } from '#kernel';

import { Sales } from '../count-sales/sales.store';
import { Availability } from '../keep-availability/availability.store';
import { CacheInvalidation } from './cache-invalidation.adapter';

/** Writes changes to the shelf that are not urgent, every 3 s. Each process writes the changes that it received. */
@Injectable()
export class ShelfTidier {
  private readonly log = new Logger(ShelfTidier.name);
  private again = new Set<Uuid>();
  private sold = true; // true at the start, because sales before a restart may not be copied yet

  constructor(
    private readonly availability: Availability,
    private readonly sales: Sales,
    private readonly cached: CacheInvalidation,
  ) {}

  lookAgain(productId: Uuid): void {
    this.again.add(productId);
  }

  salesChanged(): void {
    this.sold = true;
  }

  @Interval(3_000)
  @OneAtATime()
  async tidy(): Promise<void> {
    const [again, sold] = [this.again, this.sold];
    this.again = new Set();
    this.sold = false;
    try {
      const turned = again.size > 0 ? await this.availability.settle([...again]) : [];
      if (turned.length > 0) this.cached.stock(turned, true);
      if (sold && (await this.sales.show())) this.cached.sales();
    } catch (error) {
      for (const id of again) this.again.add(id);
      this.sold ||= sold;
      this.log.warn({ message: 'the shelf could not be updated; this is tried again later', error });
    }
  }
}
