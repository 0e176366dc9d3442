import { Injectable } from '@nestjs/common';

import type { Uuid } from '#kernel';
import { Database } from '#database';

import {
  ProductSearch,
  type FacetCounts,
  type HitPlace,
  type SearchRequest,
  type SearchResult,
} from './product-search';
import { suggestStatement, searchStatement } from './search-statements.query';
import type { Term } from './vocabulary';

const HIGHEST_PRICE = Number.MAX_SAFE_INTEGER;

/** A term as a part of a tsquery. Words are letters and digits only, so quotation marks around them are enough. */
const lexemes = ({ words, prefix }: Term, weight = ''): string => {
  const suffix = `${prefix ? '*' : ''}${weight}`;
  return words.map((word) => `'${word}'${suffix && `:${suffix}`}`).join(' | ');
};
const tsqueryOf = (terms: readonly Term[], weight?: string): string =>
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
    const [row] = await this.db.query<Row>(searchStatement, [
      tsqueryOf(terms),
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
    const { hits, total, category, brand, price, availability } = row;
    return {
      hits: hits.slice(0, limit),
      hasMore: hits.length > limit,
      total,
      facets: { category, brand, price, availability },
    };
  }

  async suggest(terms: readonly Term[], limit: number): Promise<Uuid[]> {
    const rows = await this.db.query<{ id: Uuid }>(suggestStatement, [tsqueryOf(terms, 'A'), limit]);
    return rows.map(({ id }) => id);
  }
}
