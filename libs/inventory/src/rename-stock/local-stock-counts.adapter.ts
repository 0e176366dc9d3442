import { Injectable } from '@nestjs/common';
import { StockCounts, type StockCount } from '#contracts/inventory';
import type { Uuid } from '#kernel';
import { countStock } from '../adjust-stock/adjust-stock';
import { Stocks } from '../model/stocks.store';

@Injectable()
export class LocalStockCounts extends StockCounts {
  constructor(private readonly stocks: Stocks) {
    super();
  }

  async availableAfter(counts: readonly StockCount[]): Promise<ReadonlyMap<Uuid, number>> {
    const available = new Map<Uuid, number>();
    for (const { variantId, sku, onHand } of counts) {
      const known = await this.stocks.ofVariant(variantId);
      if (known) countStock({ ...known.stock, sku }, onHand); // throws if the count is refused
      available.set(variantId, onHand - (known?.stock.reserved ?? 0));
    }
    return available;
  }
}
