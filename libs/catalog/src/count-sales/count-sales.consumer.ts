import type { Uuid } from '#kernel';
import { OrderConfirmed } from '#contracts/ordering';
import { Hears, type Hearer } from '#platform/messaging';

import { ShelfTidier } from '../shelf/tidy-shelf.job';
import { Sales } from './sales.store';

@Hears(OrderConfirmed)
export class CountSales implements Hearer<OrderConfirmed> {
  static readonly handler = 'count-sales';

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
