import { Injectable } from '@nestjs/common';

import { Database, statement } from '#database';

import type { IndexedProduct } from './shelf-index.adapter';

const selectUnindexed = statement(
  'unindexed-some',
  `select s.product_id as id, s.listed, s.revision, s.category, s.brand, s.price, s.in_stock as "inStock", s.popularity,
          array(select lexeme from unnest(s.words) where 'A' = any(weights)) as name,
          array(select lexeme from unnest(s.words) where 'B' = any(weights)) as label,
          tsvector_to_array(s.words) as "all"
     from shelf s where s.revision <> s.indexed_revision order by s.product_id limit $1`,
);
const setIndexed = statement(
  'unindexed-done',
  `update shelf s set indexed_revision = r.revision
     from unnest($1::uuid[], $2::bigint[]) as r (id, revision) where s.product_id = r.id`,
);

/**
 * The rows of the shelf that Elasticsearch does not have yet. Each row stores its indexed revision, so no change is
 * lost while Elasticsearch is unreachable.
 */
@Injectable()
export class Unindexed {
  constructor(private readonly db: Database) {}

  nextBatch(limit: number): Promise<IndexedProduct[]> {
    return this.db.query<IndexedProduct>(selectUnindexed, [limit]);
  }

  async markIndexed(products: readonly IndexedProduct[]): Promise<void> {
    await this.db.query(setIndexed, [products.map(({ id }) => id), products.map(({ revision }) => revision)]);
  }

  async markAllUnindexed(): Promise<void> {
    await this.db.query('update shelf set indexed_revision = 0 where indexed_revision <> 0');
  }
}
