import { Injectable } from '@nestjs/common';

import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import { GroupedHandling, groupedStatement } from '#messaging';

const ADD_SALES = groupedStatement(
  'sales-add-together',
  'sold jsonb',
  `insert into product_sales (product_id, sold)
   select s.key::uuid, sum(s.value::bigint)
   from given join claim using (seq) cross join lateral jsonb_each_text(given.sold) s group by 1 order by 1
   on conflict (product_id) do update set sold = product_sales.sold + excluded.sold`,
);
const copySales = statement(
  'sales-show',
  `update shelf s set popularity = p.sold, revision = s.revision + 1
     from product_sales p where p.product_id = s.product_id and s.popularity <> p.sold
   returning s.product_id as id`,
);

/**
 * How many pieces of each product were sold. These numbers have their own table, so that a sale changes no index of the
 * shelf.
 */
@Injectable()
export class Sales {
  private readonly sales: GroupedHandling<{ readonly sold: Readonly<Record<string, number>> }>;

  constructor(private readonly db: Database) {
    this.sales = new GroupedHandling(db, ADD_SALES);
  }

  /** Adds the sold pieces. The same statement marks the message as handled. */
  async add(sold: ReadonlyMap<Uuid, number>): Promise<void> {
    await this.sales.write({ sold: Object.fromEntries(sold) });
  }

  /** Copies the counts to the shelf. Returns true if the shelf has changed. */
  async copyToShelf(): Promise<boolean> {
    return (await this.db.query(copySales)).length > 0;
  }
}
