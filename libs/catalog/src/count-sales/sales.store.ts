import { Injectable } from '@nestjs/common';

import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import { singleStatement, runSingleStatement, Outbox } from '#messaging';

const addSales = singleStatement(
  'sales-add',
  `work as (
   insert into product_sales (product_id, sold)
   select * from unnest($1::uuid[], $2::bigint[]) order by 1
   on conflict (product_id) do update set sold = product_sales.sold + excluded.sold
   returning product_id)`,
  2,
);
const copySales = statement(
  'sales-show',
  `update shelf s set popularity = p.sold, revision = s.revision + 1
     from product_sales p where p.product_id = s.product_id and s.popularity <> p.sold
   returning s.product_id as id`,
);

/** How many pieces of each product were sold. A table of its own, so that a sale changes no index of the shelf. */
@Injectable()
export class Sales {
  constructor(
    private readonly db: Database,
    private readonly outbox: Outbox,
  ) {}

  async add(sold: ReadonlyMap<Uuid, number>): Promise<void> {
    await runSingleStatement(this.outbox, addSales, [[...sold.keys()], [...sold.values()]]);
  }

  /** Copies the counts to the shelf. True if the shelf has changed. */
  async copyToShelf(): Promise<boolean> {
    return (await this.db.query(copySales)).length > 0;
  }
}
