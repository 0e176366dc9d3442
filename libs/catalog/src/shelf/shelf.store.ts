import { Injectable } from '@nestjs/common';

import type { Uuid } from '#kernel';
import { Database, statement } from '#database';

import { productText } from './product-text.query';
import type { ShelfEntry } from './shelf-row';

const put = statement(
  'shelf-put',
  `insert into shelf (product_id, slug, listed, listed_at, category, brand, featured, price, in_stock,
                      sort_vi, sort_en, head_vi, head_en, words)
   select r.product_id, r.slug, r.listed, r.listed_at, r.category, r.brand, r.featured, r.price,
          exists (select from variants v where v.product_id = r.product_id and not v.retired and v.available > 0),
          r.sort_vi, r.sort_en, r.head_vi, r.head_en, r.words
     from jsonb_to_recordset($1::jsonb) as r (product_id uuid, slug text, listed boolean, listed_at timestamptz,
          category text, brand text, featured boolean, price bigint, sort_vi text, sort_en text, head_vi text,
          head_en text, words tsvector)
   on conflict (product_id) do update
      set slug = excluded.slug, listed = excluded.listed, category = excluded.category, brand = excluded.brand,
          featured = excluded.featured, price = excluded.price, in_stock = excluded.in_stock,
          sort_vi = excluded.sort_vi, sort_en = excluded.sort_en, head_vi = excluded.head_vi,
          head_en = excluded.head_en, words = excluded.words, revision = shelf.revision + 1`,
);
const addWords = statement(
  'shelf-learn-words',
  'insert into search_words (word) select unnest($1::text[]) on conflict do nothing',
);
const texts = {
  vi: statement(
    'shelf-texts-vi',
    `select s.product_id as id, ${productText('vi')} as text from shelf s where s.listed and s.product_id = any($1::uuid[])`,
  ),
  en: statement(
    'shelf-texts-en',
    `select s.product_id as id, ${productText('en')} as text from shelf s where s.listed and s.product_id = any($1::uuid[])`,
  ),
};

/** The read model that customers browse. It is written in the transaction of each change. */
@Injectable()
export class Shelf {
  constructor(private readonly db: Database) {}

  async put(shelved: readonly ShelfEntry[]): Promise<void> {
    await this.db.query(put, [JSON.stringify(shelved.map(({ row }) => row))]);
    await this.db.query(addWords, [[...new Set(shelved.flatMap(({ words }) => words))].sort()]);
  }

  async takeOff(id: Uuid): Promise<void> {
    await this.db.query('update shelf set listed = false, revision = revision + 1 where product_id = $1', [id]);
  }

  async words(): Promise<string[]> {
    const rows = await this.db.query<{ word: string }>('select word from search_words');
    return rows.map(({ word }) => word);
  }

  popular(limit: number): Promise<{ id: Uuid; slug: string }[]> {
    return this.db.query<{ id: Uuid; slug: string }>(
      `select product_id as id, slug from shelf where listed order by popularity desc, product_id desc limit $1`,
      [limit],
    );
  }

  /** The products as JSON text, in the given order. Products that are no longer listed are left out. */
  async texts(ids: readonly Uuid[], locale: 'vi' | 'en'): Promise<{ id: Uuid; text: string }[]> {
    if (ids.length === 0) return [];
    const rows = await this.db.query<{ id: Uuid; text: string }>(texts[locale], [ids]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }
}
