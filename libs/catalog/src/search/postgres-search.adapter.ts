import { Injectable } from '@nestjs/common';

import type { Uuid } from '#kernel';
import { Database, statement } from '#platform/database';

import {
  COUNTED_UP_TO,
  PRICE_BANDS,
  ProductSearch,
  WEIGHTS,
  type FacetCounts,
  type HitPlace,
  type SearchRequest,
  type SearchResult,
} from './product-search';
import type { Term } from './vocabulary';

/** Ranked at most: past this a search says little, and a shelf of any size answers in time. */
const RANKED_UP_TO = 5_000;
const HIGHEST_PRICE = Number.MAX_SAFE_INTEGER;

const counts = (name: string, value: string, others: string): string =>
  `(select coalesce(json_object_agg(value, count), '{}') from (
     select ${value} as value, least(count(*), ${COUNTED_UP_TO}) as count from found where ${others} group by 1) ${name}) as ${name}`;

const find = statement(
  'search',
  `with found as materialized (
     select s.product_id as id, s.category, s.brand, s.price, s.in_stock, s.popularity,
            (select sum(case when s.words @@ t.in_name then ${WEIGHTS.name}
                             when s.words @@ t.in_label then ${WEIGHTS.label} else ${WEIGHTS.all} end)::int
               from unnest($2::tsquery[], $3::tsquery[]) as t (in_name, in_label)) as score,
            ($4::text is null or s.category = $4) as c, ($5::text is null or s.brand = $5) as b,
            s.price between $6 and $7 as p, ($8::boolean is null or s.in_stock = $8) as a
       from shelf s where s.listed and s.words @@ $1::tsquery limit ${RANKED_UP_TO})
   select (select coalesce(json_agg(json_build_array(score, popularity, id)), '[]') from (
             select score, popularity, id from found
              where c and b and p and a and ($9::int is null or score < $9 or (score = $9
                and (popularity < $10 or (popularity = $10 and id > $11::uuid))))
              order by score desc, popularity desc, id limit $12) page) as hits,
          (select least(count(*), ${COUNTED_UP_TO}) from found where c and b and p and a) as total,
          ${counts('category', 'category', 'b and p and a')},
          ${counts('brand', 'brand', 'c and p and a')},
          ${counts('price', `(array[${PRICE_BANDS.join(',')}])[width_bucket(price, array[${PRICE_BANDS.join(',')}]::bigint[])]`, 'c and b and a')},
          ${counts('availability', `case when in_stock then 'available' else 'unavailable' end`, 'c and b and p')}`,
);
const begin = statement(
  'search-suggest',
  `select s.product_id as id from shelf s where s.listed and s.words @@ $1::tsquery
    order by s.popularity desc, s.product_id limit $2`,
);

/** Words are letters and digits only, so quotes around them are all the quoting they need. */
const lexemes = ({ words, prefix }: Term, weight = ''): string => {
  const mark = `${prefix ? '*' : ''}${weight}`;
  return words.map((word) => `'${word}'${mark && `:${mark}`}`).join(' | ');
};
const all = (terms: readonly Term[], weight?: string): string =>
  terms.map((term) => `(${lexemes(term, weight)})`).join(' & ');

interface Row extends FacetCounts {
  readonly hits: HitPlace[];
  readonly total: number;
}

@Injectable()
export class PostgresSearch extends ProductSearch {
  constructor(private readonly db: Database) {
    super();
  }

  async search({ terms, filters, limit, after }: SearchRequest): Promise<SearchResult> {
    const [row] = await this.db.query<Row>(find, [
      all(terms),
      terms.map((term) => lexemes(term, 'A')),
      terms.map((term) => lexemes(term, 'B')),
      filters.category ?? null,
      filters.brand ?? null,
      filters.minPrice ?? 0,
      filters.maxPrice ?? HIGHEST_PRICE,
      filters.available ?? null,
      ...(after ?? [null, null, null]),
      limit + 1,
    ]);
    const { hits, total, category, brand, price, availability } = row!;
    return {
      hits: hits.slice(0, limit),
      hasMore: hits.length > limit,
      total,
      facets: { category, brand, price, availability },
    };
  }

  async suggest(terms: readonly Term[], limit: number): Promise<Uuid[]> {
    const rows = await this.db.query<{ id: Uuid }>(begin, [all(terms, 'A'), limit]);
    return rows.map(({ id }) => id);
  }
}
