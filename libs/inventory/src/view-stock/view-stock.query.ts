import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Stock } from '../model/stock';
import { NamedStock } from './named-stock.adapter';

/** At most `limit` SKUs in SKU order after the given one, or a single named SKU. */
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
  constructor(private readonly stocks: NamedStock) {}

  async execute({ limit, after, sku }: ViewStock): Promise<readonly Stock[]> {
    if (sku === undefined) return this.stocks.list(limit, after);
    const stock = await this.stocks.find(sku);
    return stock ? [stock] : [];
  }
}
