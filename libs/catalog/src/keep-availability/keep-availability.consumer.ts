import type { IEventHandler } from '@nestjs/cqrs';
import { StockLevelChanged } from '#contracts/inventory';
import { InboxEventsHandler } from '#messaging';

import { CacheInvalidation } from '../shelf/cache-invalidation.adapter';
import { ShelfTidier } from '../shelf/tidy-shelf.job';
import { Availability } from './availability.store';

@InboxEventsHandler([StockLevelChanged], { name: 'keep-availability' })
export class KeepAvailability implements IEventHandler<StockLevelChanged> {
  constructor(
    private readonly availability: Availability,
    private readonly tidier: ShelfTidier,
    private readonly invalidation: CacheInvalidation,
  ) {}

  async handle({ body }: StockLevelChanged): Promise<void> {
    const product = await this.availability.store(body);
    if (!product) return;
    this.invalidation.stockChanged([product], product.turned);
    if (body.available <= 0 || product.turned) this.tidier.checkLater(product.id);
  }
}
