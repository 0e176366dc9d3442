import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';

import type { Uuid } from '#kernel';

import { Sales } from '../count-sales/sales.store';
import { Availability } from '../keep-availability/availability.store';
import { CacheInvalidation } from './cache-invalidation.adapter';

/**
 * Every 3 s, writes those changes to the shelf that are not urgent. Each process writes the changes that it received.
 */
@Injectable()
export class ShelfTidier {
  private readonly log = new Logger(ShelfTidier.name);
  private productsToCheck = new Set<Uuid>();
  private hasNewSales = true; // sales from before a restart are perhaps not copied yet

  constructor(
    private readonly availability: Availability,
    private readonly sales: Sales,
    private readonly invalidation: CacheInvalidation,
  ) {}

  checkLater(productId: Uuid): void {
    this.productsToCheck.add(productId);
  }

  salesChanged(): void {
    this.hasNewSales = true;
  }

  @Interval(3_000)
  @OneAtATime()
  async tidy(): Promise<void> {
    const [products, hasNewSales] = [this.productsToCheck, this.hasNewSales];
    this.productsToCheck = new Set();
    this.hasNewSales = false;
    try {
      const turned = products.size > 0 ? await this.availability.correct([...products]) : [];
      if (turned.length > 0) this.invalidation.stockChanged(turned, true);
      if (hasNewSales && (await this.sales.copyToShelf())) this.invalidation.salesChanged();
    } catch (error) {
      for (const id of products) this.productsToCheck.add(id);
      this.hasNewSales ||= hasNewSales;
      this.log.warn({ message: 'the shelf could not be updated; the next attempt is in 3 s', error });
    }
  }
}
