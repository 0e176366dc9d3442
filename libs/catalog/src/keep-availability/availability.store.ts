import { Injectable } from '@nestjs/common';

import type { StockLevelChanged } from '#contracts/inventory';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import { singleStatement, runSingleStatement, Outbox } from '#messaging';

const storeAvailability = singleStatement(
  'availability-keep',
  `changed as (
     update variants set available = $2, stock_version = $3
      where id = coalesce($4::uuid, (select id from variants where sku = $1 and not retired and not archived))
        and stock_version < $3
     returning id, product_id, retired),
   now as (
     select product_id, ($2 > 0 and not retired) or exists (
              select from variants o where o.product_id = changed.product_id and o.id <> changed.id
                 and not o.retired and o.available > 0) as in_stock from changed),
   turned as (
     update shelf s set in_stock = now.in_stock, revision = s.revision + 1
       from now where s.product_id = now.product_id and s.in_stock <> now.in_stock returning s.product_id),
   work as (
     select s.product_id as id, s.slug, exists (select from turned) as turned
       from changed left join shelf s using (product_id))`,
  4,
);
/**
 * Corrects `in_stock` of products. If two variants run out at the same moment, their transactions do not see each
 * other's change, so `storeAvailability` leaves `in_stock` true by mistake.
 */
const correctInStock = statement(
  'availability-settle',
  `update shelf s set in_stock = not s.in_stock, revision = s.revision + 1
    where s.product_id = any($1::uuid[])
      and s.in_stock <> exists (
        select from variants v where v.product_id = s.product_id and not v.retired and v.available > 0)
   returning s.product_id as id, s.slug`,
);

export interface ShelfProduct {
  readonly id: Uuid;
  readonly slug: string;
}

@Injectable()
export class Availability {
  constructor(
    private readonly db: Database,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Stores the availability of a variant. `turned` is true if the product is now sold out, or is in stock again.
   * Returns undefined if the variant is unknown or the message is outdated. Without an id, the SKU identifies the
   * variant.
   */
  async store({
    sku,
    available,
    version,
    variantId,
  }: StockLevelChanged['body']): Promise<(ShelfProduct & { turned: boolean }) | undefined> {
    const values = [sku, available, version, variantId ?? null];
    const [row] = await runSingleStatement<ShelfProduct & { turned: boolean }>(this.outbox, storeAvailability, values);
    return row?.id ? row : undefined;
  }

  correct(products: readonly Uuid[]): Promise<ShelfProduct[]> {
    return this.db.query<ShelfProduct>(correctInStock, [products]);
  }
}
