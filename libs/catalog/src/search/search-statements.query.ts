import { statement } from '#database';

import { COUNTED_UP_TO, PRICE_BANDS, WEIGHTS } from './product-search';

/** At most this many products are ranked, so that a search with very many results is fast too. */
const RANKED_UP_TO = 5_000;

const counts = (name: string, value: string, filters: string): string =>
  `(select coalesce(json_object_agg(value, count), '{}') from (
     select ${value} as value, least(count(*), ${COUNTED_UP_TO}) as count from found where ${filters} group by 1) ${name}) as ${name}`;

/**
 * Parameters: $1 is all terms as one tsquery. $2 has one tsquery per term for names, and $3 one per term for labels. $4
 * to $8 are the filters, $9 to $11 the cursor, and $12 the limit. The columns c, b, p and a say whether a product has
 * the wanted category, brand, price and availability.
 */
export const searchStatement = statement(
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
/** Parameters: $1 is one tsquery that searches all terms in names. $2 is the limit. */
export const suggestStatement = statement(
  'search-suggest',
  `select s.product_id as id from shelf s where s.listed and s.words @@ $1::tsquery
    order by s.popularity desc, s.product_id limit $2`,
);
