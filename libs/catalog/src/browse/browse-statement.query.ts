import { statement, type Statement } from '#database';

import type { Locale } from '../shelf/locale';
import { productText } from '../shelf/product-text.query';

export const sorts = ['newest', 'price', '-price', 'popular', 'name'] as const;
export type Sort = (typeof sorts)[number];

export interface ListRequest {
  readonly category?: string;
  readonly brand?: string;
  readonly featured?: boolean;
  readonly available?: boolean;
  readonly minPrice?: number;
  readonly maxPrice?: number;
  readonly sort: Sort;
  readonly limit: number;
}
/** The keyset cursor: the sort value and the id of the last row of the previous page. */
export type CursorPlace = readonly [string | number, string];

const orders: Record<Sort, { column: (locale: Locale) => string; type: string; descending: boolean }> = {
  newest: { column: () => 'listed_at', type: 'timestamptz', descending: true },
  price: { column: () => 'price', type: 'bigint', descending: false },
  '-price': { column: () => 'price', type: 'bigint', descending: true },
  popular: { column: () => 'popularity', type: 'bigint', descending: true },
  name: { column: (locale) => `sort_${locale}`, type: 'text', descending: false },
};

const prepared = new Map<string, Statement>();

/**
 * The SQL of the list for these filters. Each combination of filters has its own prepared statement, and therefore its
 * own query plan.
 */
export function browseStatement(
  wanted: ListRequest,
  locale: Locale,
  after?: CursorPlace,
): { sql: Statement; values: unknown[] } {
  const values: unknown[] = [];
  const conditions: string[] = [];
  let name = `browse-${wanted.sort}-${locale}`;
  const where = (value: unknown, abbreviation: string, condition: (parameter: string) => string) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
    name += `-${abbreviation}`;
  };
  const { column, type, descending } = orders[wanted.sort];
  const sortColumn = column(locale);
  where(wanted.category, 'c', (p) => `s.category = ${p}`);
  where(wanted.brand, 'b', (p) => `s.brand = ${p}`);
  where(wanted.featured, 'f', (p) => `s.featured = ${p}`);
  where(wanted.available, 'a', (p) => `s.in_stock = ${p}`);
  where(wanted.minPrice, 'min', (p) => `s.price >= ${p}`);
  where(wanted.maxPrice, 'max', (p) => `s.price <= ${p}`);
  if (after) {
    values.push(...after);
    const [place, id] = [values.length - 1, values.length];
    conditions.push(`(s.${sortColumn}, s.product_id) ${descending ? '<' : '>'} ($${place}::${type}, $${id}::uuid)`);
    name += '-after';
  }
  values.push(wanted.limit + 1);
  let sql = prepared.get(name);
  if (!sql) {
    const order = descending ? 'desc' : 'asc';
    sql = statement(
      name,
      `select s.product_id as id, s.${sortColumn} as place, ${productText(locale)} as text
         from shelf s where s.listed${conditions.map((condition) => ` and ${condition}`).join('')}
        order by s.${sortColumn} ${order}, s.product_id ${order} limit $${values.length}`,
    );
    prepared.set(name, sql);
  }
  return { sql, values };
}
