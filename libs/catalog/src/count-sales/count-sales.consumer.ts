import type { IEventHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { OrderConfirmed } from '#contracts/ordering';
import { InboxEventsHandler } from '#messaging';

import { ShelfTidier } from '../shelf/tidy-shelf.job';
import { Sales } from './sales.store';

@InboxEventsHandler([OrderConfirmed], { name: 'count-sales', parallel: 16 })
export class CountSales implements IEventHandler<OrderConfirmed> {
  constructor(
    private readonly sales: Sales,
    private readonly tidier: ShelfTidier,
  ) {}

  async handle({ body: { items } }: OrderConfirmed): Promise<void> {
    const sold = new Map<Uuid, number>();
    for (const { productId, quantity } of items) sold.set(productId, (sold.get(productId) ?? 0) + quantity);
    if (sold.size === 0) return;
    await this.sales.add(sold);
    this.tidier.salesChanged();
  }
}
