import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Stock } from '../model/stock';
import { StockBySku } from './stock-by-sku.adapter';

/** The stock of one SKU, or at most `limit` stocks after the SKU `after`, in the order of the SKUs. */
export class ViewStock extends Query<readonly Stock[]> {
  constructor(
    readonly limit: number,
    readonly after?: string,
    readonly sku?: string,
  ) {
    super();
  }
}

@QueryHandler(ViewStock)
export class ViewStockHandler implements IQueryHandler<ViewStock> {
  constructor(private readonly stocks: StockBySku) {}

  async execute({ limit, after, sku }: ViewStock): Promise<readonly Stock[]> {
    if (sku === undefined) return this.stocks.list(limit, after);
    const stock = await this.stocks.find(sku);
    return stock ? [stock] : [];
  }
}
